using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Symbols;

/// <summary>What a symbol and its alerts know after their process was killed.</summary>
public sealed class SymbolRestartTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly AlertDefinition Above = new() { Condition = AlertCondition.GreaterThan, Value = 1.2m, Trigger = AlertTrigger.OncePerBarClose, Timeframe = "M1" };

    [Fact]
    public async Task A_months_bar_and_a_moving_alert_of_twenty_days_go_on_where_they_were()
    {
        await using var stage = SymbolStage.Open();
        var (symbol, stored) = (SymbolStage.Symbol, new List<(Timeframe, Bar)>());
        var before = new BarBuilder(0.00001m, TradingDay.NewYork, 10_000) { Closed = (t, b) => stored.Add((t, b)) };
        var quotes = Enumerable.Range(1, 60 * 24).Select(hour => new Quote(symbol, 1m + hour * 0.0001m, 1.0001m + hour * 0.0001m, stage.Now.AddHours(hour - 60 * 24))).ToList();
        quotes.ForEach(q => before.Add(q));
        stage.Host.Run(() => stage.Market.WriteAsync(symbol, quotes[^2], stored));
        stage.Make(new AlertDefinition { Condition = AlertCondition.MovingDown, Value = 0.01m, Trigger = AlertTrigger.Once, Timeframe = "D1", BarsBack = 20 });

        // The minute that ran was not stored; its quote comes again.
        stage.Quote(1.1440m);
        stage.Alerts.Firings.ShouldBeEmpty();
        stage.Host.Run(() => stage.Grain.GetBarsAsync(new BarQuery("MN1", null, null, 1))).ShouldHaveSingleItem()
            .ShouldBe(Row(before.Current(Timeframe.MN1)!.Value));
        stage.Host.Run(() => stage.Grain.GetBarsAsync(new BarQuery("W1", null, null, 1))).ShouldHaveSingleItem()
            .ShouldBe(Row(before.Current(Timeframe.W1)!.Value));

        var level = before.History(Timeframe.D1, 20)[0].Close - 0.01m;
        stage.Quote(level + 0.0001m);
        stage.Quote(level);
        stage.Write();
        stage.Alerts.Firings.ShouldHaveSingleItem().Level.ShouldBe(level);

        static BarRow Row(Bar b) => new(b.Time, b.Open, b.High, b.Low, b.Close, b.TickVolume);
    }

    [Fact]
    public async Task A_close_that_was_told_before_is_not_told_again()
    {
        await using var stage = SymbolStage.Open();
        stage.Make(Above);
        CloseAbove(stage);
        stage.Write();
        stage.Alerts.Firings.Count.ShouldBe(1);

        stage.Crash();
        stage.Quote(1.3m);
        stage.Write();
        stage.Alerts.Firings.Count.ShouldBe(1);
        stage.Wait(Minute);
        stage.Quote(1.3m);
        stage.Write();
        stage.Alerts.Firings.Select(f => f.Sequence).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_close_whose_firing_was_never_recorded_is_told_after_the_start()
    {
        await using var stage = SymbolStage.Open();
        stage.Make(Above);
        stage.Host.Faults.OnCall = call => call.Method.StartsWith("IAlertGrain.OnFired", StringComparison.Ordinal) ? CallFault.Failing(new IOException("Lost.")) : CallFault.None;
        CloseAbove(stage);
        stage.Write();
        stage.Alerts.Firings.ShouldBeEmpty();

        stage.Host.Faults.None();
        stage.Crash();
        stage.Quote(1.3m);
        stage.Write();
        var firing = stage.Alerts.Firings.ShouldHaveSingleItem();
        (firing.Sequence, firing.Time.Second).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_close_before_an_alert_was_made_or_changed_is_not_told_to_it(bool changed)
    {
        await using var stage = SymbolStage.Open();
        var alert = changed ? stage.Make(Above with { Value = 5m }) : null;
        CloseAbove(stage);
        _ = alert is null ? stage.Make(Above) : stage.Host.Run(() => stage.Alert(alert.Id).UpdateAsync(alert with { Value = 1.2m }, active: true));
        stage.Write();
        stage.Crash();
        stage.Quote(1.3m);
        stage.Write();
        stage.Alerts.Firings.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_alert_has_seen_while_the_store_was_away_is_written_when_it_is_back()
    {
        await using var stage = SymbolStage.Open();
        stage.Make(new AlertDefinition { Condition = AlertCondition.CrossingUp, Value = 1.2m, Trigger = AlertTrigger.EveryTime });
        stage.Quote(1.23m);
        stage.Write();
        stage.StoreFaults.Refused = 1;
        stage.Quote(1.18m);
        stage.Write();
        stage.StoreFaults.None();
        stage.Write();
        stage.Crash();
        stage.Quote(1.22m);
        stage.Write();
        stage.Alerts.Firings.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_alert_has_seen_while_its_firing_was_unrecorded_is_written_after_it()
    {
        await using var stage = SymbolStage.Open();
        stage.Make(new AlertDefinition { Condition = AlertCondition.CrossingUp, Value = 1.2m, Trigger = AlertTrigger.EveryTime });
        stage.Quote(1.18m);
        stage.Host.Faults.OnCall = call => call.Method.StartsWith("IAlertGrain.OnFired", StringComparison.Ordinal) ? CallFault.Failing(new IOException("Lost.")) : CallFault.None;
        stage.Quote(1.22m);
        stage.Quote(1.19m);
        stage.Write();
        stage.Host.Faults.None();
        stage.Write();
        stage.Alerts.Firings.Count.ShouldBe(1);
        stage.Crash();
        stage.Quote(1.22m);
        stage.Write();
        stage.Alerts.Firings.Select(f => f.Sequence).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_bar_that_has_closed_and_could_not_be_written_is_among_those_that_are_asked_for()
    {
        await using var stage = SymbolStage.Open();
        for (var i = 0; i < 4; i++, stage.Wait(Minute))
        {
            stage.Quote(1m + i * 0.01m);
            stage.StoreFaults.Refused = i < 2 ? 0 : 1;
        }

        var rows = stage.Host.Run(() => stage.Grain.GetBarsAsync(new BarQuery("M1", null, null, 100)));
        rows.Select(b => b.Close).ShouldBe([1m, 1.01m, 1.02m, 1.03m]);
        stage.Host.Run(() => stage.Grain.GetBarsAsync(new BarQuery("M1", rows[1].Time, rows[3].Time, 1))).ShouldBe([rows[2]]);
        stage.Market.Bars(SymbolStage.Symbol, Timeframe.M1).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_bar_that_is_being_written_is_among_those_that_are_asked_for()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1m);
        var writing = new TaskCompletionSource();
        stage.Market.BeforeWrite = () => writing.Task;
        stage.Wait(Minute);
        stage.Quote(1.01m);

        // The write-behind has taken the first minute.
        stage.Wait(TimeSpan.FromSeconds(2));
        _ = stage.Host.Begin(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stage.Host.Clock);
            writing.SetResult();
            return true;
        });
        stage.Host.Run(() => stage.Grain.GetBarsAsync(new BarQuery("M1", null, null, 100))).Select(b => b.Close).ShouldBe([1m, 1.01m]);
    }

    /// <summary>A minute closes at 1.3.</summary>
    private static void CloseAbove(SymbolStage stage)
    {
        stage.Wait(Minute);
        stage.Quote(1.3m);
        stage.Wait(Minute);
        stage.Quote(1.3m);
    }
}
