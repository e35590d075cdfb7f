using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Mt5.Simulator;

namespace ActorTrading.Mt5.Tests.Simulation;

public sealed class SimulatorArgumentsTests
{
    [Fact]
    public void What_is_asked_for_is_understood()
    {
        var a = SimulatorArguments.Parse(("--port-base 20000 --mode netting --balance 5000.5 --currency eur --leverage 30 --symbols eurusd,XAUUSD --rate 2.5 --seed 9 " +
            "--defect 8 --no-defect 7 --lossless --latency-ms 20 --reject-rate 0.1 --slippage 3 --stops-level 10 --speed max").Split(' '));
        (a.Terminal.PortBase, a.Terminal.Mode, a.Terminal.Balance, a.Terminal.Currency, a.Terminal.Leverage).ShouldBe((20000, PositionMode.Netting, 5000.5m, "EUR", 30));
        a.Terminal.Instruments.Select(i => i.Symbol).ShouldBe(["EURUSD", "XAUUSD"]);
        a.Terminal.Instruments.ShouldAllBe(i => i.StopsLevelPoints == 10);
        a.Terminal.Settings.SlippagePoints.ShouldBe(3);
        a.Terminal.Defects.ShouldBe((TerminalDefects.AsTheEaIs | TerminalDefects.PositionCopies) & ~TerminalDefects.DealRepeatsOrder & ~TerminalDefects.DropsWhenFull);
        (a.Rate, a.Speed, a.Terminal.RejectRate, a.Terminal.Latency).ShouldBe((2.5, double.PositiveInfinity, 0.1, TimeSpan.FromMilliseconds(20)));
        SimulatorArguments.Parse([]).Terminal.Instruments.Count.ShouldBe(10);
    }

    [Theory]
    [InlineData("--foo", "'--foo' is not known")]
    [InlineData("--port-base", "needs a value")]
    [InlineData("--port-base 80", "from 1024 to 65000")]
    [InlineData("--mode both", "hedging or netting")]
    [InlineData("--symbols NOSUCH", "'NOSUCH' is not known")]
    [InlineData("--symbols ,", "needs names")]
    [InlineData("--defect 15", "from 1 to 14")]
    [InlineData("--reject-rate 2", "from 0 to 1")]
    [InlineData("--rate 0", "above 0")]
    [InlineData("--speed fast", "10x or max")]
    [InlineData("--replay /nowhere/eurusd-20140508.zip", "--replay:")]
    [InlineData("--replay-utc-offset 5", "-05:00")]
    [InlineData("--accounts 100 --port-base 65000", "beyond 65535")]
    public void What_cannot_be_is_told_with_what_would_be_right(string line, string told) =>
        Should.Throw<ArgumentException>(() => SimulatorArguments.Parse(line.Split(' '))).Message.ShouldContain(told);
}
