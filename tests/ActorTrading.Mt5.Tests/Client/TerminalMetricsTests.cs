using ActorTrading.Domain;
using ActorTrading.Mt5.Client;
using ActorTrading.Testing;

namespace ActorTrading.Mt5.Tests.Client;

/// <summary>What connections tell of themselves. Other tests' connections count too, so each figure is at least what happened here.</summary>
public sealed class TerminalMetricsTests
{
    private const string TradeDone =
        """{"error":false,"retcode":10009,"desription":"TRADE_RETCODE_DONE","order":1,"volume":0.10000,"price":1.12181,"bid":1.12175,"ask":1.12181,"function":"TradingModule"}""";
    private static readonly TradeRequest Buy = TradeRequest.Market("copy:1", "EURUSD", Side.Buy, 0.1m, 1.1m, 1.3m);

    [Fact]
    public async Task Trades_unknown_outcomes_refusals_and_reconnects_are_counted()
    {
        using var measured = new Measurements(instrument => instrument.Meter.Name == TerminalMetrics.MeterName);
        await using var pair = await ScriptedPair.Online();
        var trade = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE");
        pair.Terminal.Answer(TradeDone);
        await trade.OrHang();
        measured.Of("actortrading.terminal.trade.duration").ShouldNotBeEmpty();

        var unknown = pair.Client.TradeAsync(Buy);
        await pair.Terminal.Expect("TRADE");
        await pair.RestartTerminal();
        await unknown.OrHang();
        measured.Of("actortrading.terminal.trades.unknown").Sum().ShouldBeGreaterThanOrEqualTo(1);

        await pair.Time.Pass(pair.Terminal.Options.FirstBackoff);
        await pair.Terminal.Welcome();
        await pair.Client.WaitUntilOnlineAsync().OrHang();
        measured.Of("actortrading.terminal.connection.losses").Sum().ShouldBeGreaterThanOrEqualTo(1);
        measured.Of("actortrading.terminal.reconnects").Sum().ShouldBeGreaterThanOrEqualTo(1);
        measured.Look();
        measured.Of("actortrading.terminal.online")[^1].ShouldBeGreaterThanOrEqualTo(1);

        await pair.Client.DisposeAsync();
        (await pair.Client.TradeAsync(Buy).OrHang()).ShouldBeOfType<TradeOutcome.Refused>();
        measured.Of("actortrading.terminal.requests.refused").Sum().ShouldBeGreaterThanOrEqualTo(1);
    }
}
