namespace ActorTrading.Domain.Tests.Alerts;

public class AlertBookTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private readonly AlertBook _book = new("EURUSD", static (_, time) => time.AddSeconds(60 - time.Second));
    private readonly List<AlertFiring> _firings = [];

    private static AlertDefinition Alert(AlertCondition condition, decimal value, decimal? value2 = null, AlertTrigger trigger = AlertTrigger.EveryTime, int id = 1) => new()
    {
        Id = DeterministicId.FromNumbers(1, id), Symbol = "EURUSD", Condition = condition, Value = value, Value2 = value2, Trigger = trigger, Timeframe = "M1",
    };

    private static Quote At(decimal bid, int second = 0) => new("EURUSD", bid, bid, Start.AddSeconds(second));

    [Fact]
    public void A_price_that_reaches_both_bounds_of_a_channel_fires_once()
    {
        _book.Set(Alert(AlertCondition.InsideChannel, 1m, 2m, AlertTrigger.OncePerBarClose), AlertState.New, null);
        for (var bar = 1; bar <= 3; bar++)
            _book.ObserveClose("M1", At(1.5m, bar * 60), _ => null, _firings);
        _firings.Select(f => f.Sequence).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void The_last_quote_before_an_alert_is_its_first_sample()
    {
        _book.Set(Alert(AlertCondition.CrossingUp, 1.3950m), AlertState.New, null, At(1.3940m));
        _book.TakeChanged(new HashSet<Guid>()).ShouldHaveSingleItem().State.Previous.ShouldBe(1.3940m);
        _book.Observe(At(1.3960m, 1), _firings);
        _firings.ShouldHaveSingleItem().Price.ShouldBe(1.3960m);
    }

    [Fact]
    public void A_last_quote_past_the_level_is_no_crossing()
    {
        _book.Set(Alert(AlertCondition.CrossingUp, 1.3950m), AlertState.New, null, At(1.3960m));
        _book.Observe(At(1.3970m, 1), _firings);
        _firings.ShouldBeEmpty();
    }

    [Fact]
    public void A_moving_alert_is_given_its_reference_at_each_close()
    {
        _book.Set(Alert(AlertCondition.MovingUp, 0.01m), AlertState.New, null, At(1.10m));
        _book.Observe(At(1.20m, 1), _firings);
        _firings.ShouldBeEmpty();
        _book.ObserveClose("M1", At(1.20m, 60), _ => 1.20m, _firings);
        _book.Observe(At(1.2099m, 61), _firings);
        _book.Observe(At(1.21m, 62), _firings);
        _firings.ShouldHaveSingleItem().Level.ShouldBe(1.21m);
    }

    /// <summary>All conditions and triggers at once, each shown every quote on its own beside the book.</summary>
    [Fact]
    public void Fires_what_each_alert_would_on_every_quote()
    {
        var random = new Random(5);
        var alone = new Dictionary<Guid, (AlertDefinition Definition, AlertState State)>();
        var id = 0;
        foreach (var condition in Enum.GetValues<AlertCondition>().Where(c => c < AlertCondition.MovingUp))
        {
            foreach (var trigger in Enum.GetValues<AlertTrigger>().Where(t => t != AlertTrigger.OncePerBarClose))
            {
                var alert = Alert(condition, 20 + random.Next(3), null, trigger, ++id) with { Price = (PriceSource)random.Next(3) };
                alert = alert.IsChannel ? alert with { Value2 = alert.Value + 2m } : alert;
                alone.Add(alert.Id, (alert, AlertState.New));
                _book.Set(alert, AlertState.New, null);
            }
        }
        var (price, time, total) = (21m, Start, 0);
        for (var step = 0; step < 2000; step++)
        {
            price = Math.Clamp(price + random.Next(-2, 3) / 2m, 17m, 26m);
            time = time.AddSeconds(random.Next(1, 20));
            var quote = new Quote("EURUSD", price, price + random.Next(2) / 2m, time);
            var expected = new List<AlertFiring>();
            foreach (var (key, (definition, state)) in alone.ToList())
            {
                var watched = definition.Price switch { PriceSource.Bid => quote.Bid, PriceSource.Ask => quote.Ask, _ => quote.Mid };
                var (next, firing) = AlertEngine.Observe(definition, state, new AlertObservation(watched, time, time.AddSeconds(60 - time.Second)));
                alone[key] = (definition, next);
                if (firing is not null)
                    expected.Add(firing);
            }
            _firings.Clear();
            _book.Observe(quote, _firings);
            _firings.OrderBy(f => f.AlertId).ShouldBe(expected.OrderBy(f => f.AlertId));
            total += expected.Count;
        }
        total.ShouldBeGreaterThan(1000);
    }
}
