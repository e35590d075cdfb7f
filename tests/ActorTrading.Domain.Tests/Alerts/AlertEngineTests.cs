using System.Text.Json;

namespace ActorTrading.Domain.Tests.Alerts;

public class AlertEngineTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private static AlertDefinition Alert(AlertCondition condition, decimal value, decimal? value2 = null, AlertTrigger trigger = AlertTrigger.EveryTime) => new()
    {
        Id = new Guid("00000000-0000-0000-0000-00000000000a"),
        Symbol = "EURUSD",
        Condition = condition,
        Value = value,
        Value2 = value2,
        Trigger = trigger,
        Timeframe = "M1",
    };

    /// <summary>Indices of the prices at which the alert fires, one price a second.</summary>
    private static int[] Run(AlertDefinition alert, decimal[] prices, AlertState? state = null, int secondsApart = 1)
    {
        var now = state ?? AlertState.New;
        var fired = new List<int>();
        for (var i = 0; i < prices.Length; i++)
        {
            var time = Start.AddSeconds(i * secondsApart);
            var barEnd = time.AddSeconds(60 - time.Second);
            (now, var firing) = AlertEngine.Observe(alert, now, new AlertObservation(prices[i], time, barEnd));
            if (firing is not null)
                fired.Add(i);
        }
        return [.. fired];
    }

    [Theory]
    // Up through the level, back to it, up again, down through, up to it exactly, then away downwards.
    [InlineData(AlertCondition.Crossing, new[] { 1, 4, 5, 6 })]
    [InlineData(AlertCondition.CrossingUp, new[] { 1, 6 })]
    [InlineData(AlertCondition.CrossingDown, new[] { 4 })]
    public void Crossings_are_those_of_the_formal_column(AlertCondition condition, int[] expected)
    {
        // p:          0    1    2    3    4(=L)  5     6(=L) 7
        decimal[] p = [0.9m, 1.1m, 1.2m, 1.1m, 1.0m, 0.9m, 1.0m, 0.9m];
        // From above to L is a crossing down; from L to below is not one more.
        Run(Alert(condition, 1.0m), p).ShouldBe(condition == AlertCondition.Crossing ? [1, 4, 6] : expected);
    }

    [Theory]
    [InlineData(AlertCondition.EnteringChannel, new[] { 1, 5 })]
    [InlineData(AlertCondition.ExitingChannel, new[] { 3, 6 })]
    [InlineData(AlertCondition.InsideChannel, new[] { 1, 5 })]
    [InlineData(AlertCondition.OutsideChannel, new[] { 0, 3, 6 })]
    public void Channels_include_their_bounds(AlertCondition condition, int[] expected)
    {
        decimal[] p = [0.5m, 1.0m, 2.0m, 2.1m, 0.9m, 1.5m, 3.0m];
        Run(Alert(condition, 1.0m, 2.0m), p).ShouldBe(expected);
    }

    [Fact]
    public void Already_past_the_level_at_creation_does_not_cross_but_is_greater()
    {
        Run(Alert(AlertCondition.CrossingUp, 1.0m), [1.1m, 1.2m]).ShouldBeEmpty();
        Run(Alert(AlertCondition.GreaterThan, 1.0m), [1.1m, 1.2m]).ShouldBe([0]);
        Run(Alert(AlertCondition.GreaterThan, 1.0m), [1.0m]).ShouldBeEmpty();
        Run(Alert(AlertCondition.LessThan, 1.0m), [1.0m, 0.9m]).ShouldBe([1]);
    }

    [Fact]
    public void A_gap_over_a_channel_does_not_enter_it() =>
        Run(Alert(AlertCondition.EnteringChannel, 1.0m, 2.0m), [0.5m, 2.5m, 0.5m]).ShouldBeEmpty();

    [Theory]
    [InlineData(AlertCondition.MovingUp, 0.1, 1.1)]
    [InlineData(AlertCondition.MovingDown, 0.1, 0.9)]
    [InlineData(AlertCondition.MovingUpPct, 5, 1.05)]
    [InlineData(AlertCondition.MovingDownPct, 5, 0.95)]
    public void Moving_fires_at_the_distance_from_the_reference(AlertCondition condition, double value, double level)
    {
        var alert = Alert(condition, (decimal)value);
        var edge = (decimal)level;
        var away = edge > 1m ? -0.00001m : 0.00001m;
        Run(alert, [edge + away, edge], AlertEngine.Rebase(AlertState.New, 1.0m)).ShouldBe([1]);
        Run(alert, [edge]).ShouldBeEmpty();
    }

    [Fact]
    public void Once_fires_once()
    {
        var alert = Alert(AlertCondition.Crossing, 1.0m, trigger: AlertTrigger.Once);
        Run(alert, [0.9m, 1.1m, 0.9m, 1.1m]).ShouldBe([1]);
    }

    [Fact]
    public void Every_time_on_a_level_fires_when_it_becomes_true_not_at_every_quote() =>
        Run(Alert(AlertCondition.GreaterThan, 1.0m), [1.1m, 1.2m, 1.0m, 1.1m, 1.2m]).ShouldBe([0, 3]);

    [Fact]
    public void Once_per_bar_fires_at_the_first_price_of_each_bar_that_is_past()
    {
        var alert = Alert(AlertCondition.GreaterThan, 1.0m, trigger: AlertTrigger.OncePerBar);
        // 20 seconds apart: three prices a bar.
        Run(alert, [0.9m, 1.1m, 1.2m, 1.2m, 1.2m, 1.2m, 0.9m, 0.9m, 1.1m], secondsApart: 20).ShouldBe([1, 3, 8]);
    }

    [Fact]
    public void Once_per_minute_keeps_quiet_for_sixty_seconds() =>
        Run(Alert(AlertCondition.GreaterThan, 1.0m, trigger: AlertTrigger.OncePerMinute), [.. Enumerable.Repeat(1.1m, 8)], secondsApart: 20).ShouldBe([0, 3, 6]);

    [Fact]
    public void Once_per_bar_close_looks_at_closes_only()
    {
        var alert = Alert(AlertCondition.CrossingUp, 1.0m, trigger: AlertTrigger.OncePerBarClose);
        var state = AlertState.New;
        var fired = new List<decimal>();
        foreach (var (price, closing) in new[] { (0.9m, false), (0.95m, true), (1.1m, false), (0.99m, true), (1.2m, false), (1.01m, true), (1.02m, true) })
        {
            (state, var firing) = AlertEngine.Observe(alert, state, new AlertObservation(price, Start, Start, closing));
            if (firing is not null)
                fired.Add(firing.Price);
        }
        fired.ShouldBe([1.01m]);
    }

    [Fact]
    public void An_expired_alert_does_not_fire()
    {
        var alert = Alert(AlertCondition.GreaterThan, 1.0m) with { ExpiresAt = Start };
        var (state, firing) = AlertEngine.Observe(alert, AlertState.New, new AlertObservation(1.1m, Start));
        firing.ShouldBeNull();
        state.Status.ShouldBe(AlertStatus.Expired);
        AlertArming.Arm(alert, state).ShouldBeEmpty();
    }

    [Fact]
    public void A_level_crossed_during_a_downtime_fires_once_on_the_first_quote_after()
    {
        var alert = Alert(AlertCondition.CrossingUp, 1.3950m, trigger: AlertTrigger.Once);
        var (state, _) = AlertEngine.Observe(alert, AlertState.New, new AlertObservation(1.3940m, Start));
        state = JsonSerializer.Deserialize<AlertState>(JsonSerializer.Serialize(state, DomainJson.Options), DomainJson.Options)!;

        var book = new TriggerBook("EURUSD");
        foreach (var trigger in AlertArming.Arm(alert, state))
            book.Set(trigger);
        book.Fire(new Quote("EURUSD", 1.3990m, 1.3991m, Start.AddHours(5)), []).ShouldBe(1);
        (state, var firing) = AlertEngine.Observe(alert, state, new AlertObservation(1.3990m, Start.AddHours(5)));
        firing.ShouldNotBeNull().Sequence.ShouldBe(1);
        state.Status.ShouldBe(AlertStatus.Fired);
    }

    [Fact]
    public void The_message_is_filled_in()
    {
        var alert = Alert(AlertCondition.CrossingUp, 1.3950m) with { Message = "{{ticker}} at {{ price }} on {{time}}, {{interval}}: {{condition}} {{value}} {{" };
        AlertMessage.Render(alert, 1.39512m, Start).ShouldBe("EURUSD at 1.39512 on 2024-01-02T00:00:00.000Z, M1: crossing up 1.3950 {{");
        AlertMessage.Render(alert with { Message = null }, 1.39512m, Start).ShouldBe("EURUSD crossing up 1.3950: bid 1.39512");
        AlertMessage.Render(alert with { Message = null, Value = 2361.50m, Symbol = "XAUUSD" }, 2361.50000m, Start).ShouldBe("XAUUSD crossing up 2361.50: bid 2361.50");
    }
}
