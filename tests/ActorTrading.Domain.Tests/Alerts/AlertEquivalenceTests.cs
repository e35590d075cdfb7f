using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Alerts;

/// <summary>An alert that is only shown the quotes which hit its thresholds fires just as one that is shown every quote.</summary>
public class AlertEquivalenceTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = new("00000000-0000-0000-0000-00000000000a");

    public static TheoryData<AlertCondition, AlertTrigger> All()
    {
        var data = new TheoryData<AlertCondition, AlertTrigger>();
        foreach (var condition in Enum.GetValues<AlertCondition>())
        {
            foreach (var trigger in Enum.GetValues<AlertTrigger>())
                data.Add(condition, trigger);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Seeing_only_hits_is_seeing_all(AlertCondition condition, AlertTrigger trigger) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => Compare(seed, condition, trigger)));

    private static void Compare(int seed, AlertCondition condition, AlertTrigger trigger)
    {
        var random = new Random(seed);
        var alert = new AlertDefinition
        {
            Id = Id,
            Symbol = "EURUSD",
            Condition = condition,
            Value = condition switch
            {
                AlertCondition.MovingUpPct or AlertCondition.MovingDownPct => random.Next(1, 20),
                AlertCondition.MovingUp or AlertCondition.MovingDown => random.Next(1, 4),
                _ => random.Next(20, 23),
            },
            Value2 = condition is >= AlertCondition.EnteringChannel and <= AlertCondition.OutsideChannel ? random.Next(23, 26) : null,
            Price = (PriceSource)random.Next(3),
            Trigger = trigger,
            Timeframe = "M1",
            BarsBack = random.Next(1, 3),
            ExpiresAt = random.Next(4) == 0 ? Start.AddSeconds(random.Next(2000)) : null,
        };

        var everything = AlertState.New;
        var onHits = AlertState.New;
        var book = new TriggerBook("EURUSD");
        var hits = new List<PriceTrigger>();
        var closes = new List<decimal>();
        var (time, price, seen, shown) = (Start, 22m, 0, 0);
        void Rearm()
        {
            onHits = JsonSerializer.Deserialize<AlertState>(JsonSerializer.Serialize(onHits, DomainJson.Options), DomainJson.Options)!;
            book.Replace(Id, AlertArming.Arm(alert, onHits).AsSpan());
        }

        void Offer(in Quote quote, in AlertObservation observation)
        {
            (everything, var expected) = AlertEngine.Observe(alert, everything, observation);
            AlertFiring? actual = null;
            hits.Clear();
            if (book.Fire(quote, hits) > 0)
            {
                shown++;
                (onHits, actual) = AlertEngine.Observe(alert, onHits, observation);
                Rearm();
            }
            actual.ShouldBe(expected);
            seen += expected is null ? 0 : 1;
        }

        Rearm();
        for (var step = 0; step < 150; step++)
        {
            var barEnd = time.AddSeconds(60 - time.Second);
            // Steps of a whole or half unit, so that levels are met exactly, with a jump now and then.
            price = Math.Clamp(price + (random.Next(6) == 0 ? random.Next(-6, 7) : random.Next(-2, 3) / 2m), 15m, 30m);
            var quote = new Quote("EURUSD", price, price + random.Next(2) / 2m, time);
            var watched = alert.Price switch { PriceSource.Bid => quote.Bid, PriceSource.Ask => quote.Ask, _ => quote.Mid };
            if (!AlertEngine.ObservesBarCloses(alert))
                Offer(quote, new AlertObservation(watched, time, barEnd));
            time = time.AddSeconds(random.Next(1, 40));
            if (time >= barEnd)
            {
                if (AlertEngine.ObservesBarCloses(alert))
                    Offer(new Quote("EURUSD", watched, watched, barEnd), new AlertObservation(watched, barEnd, barEnd, BarClosing: true));
                closes.Add(watched);
                if (AlertEngine.NeedsReference(alert) && closes.Count >= alert.BarsBack)
                {
                    var reference = closes[^alert.BarsBack];
                    everything = AlertEngine.Rebase(everything, reference);
                    onHits = AlertEngine.Rebase(onHits, reference);
                }
                Rearm();
            }
        }
        onHits.FireCount.ShouldBe(everything.FireCount);
        onHits.FireCount.ShouldBe(seen);
    }
}
