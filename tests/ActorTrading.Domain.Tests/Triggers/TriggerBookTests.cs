using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Triggers;

public class TriggerBookTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Owner = new("00000000-0000-0000-0000-000000000001");
    private readonly TriggerBook _book = new("EURUSD");
    private readonly List<PriceTrigger> _hits = [];

    private static PriceTrigger Trigger(TriggerDirection direction, decimal price, string tag, PriceSource source = PriceSource.Bid, DateTimeOffset? notBefore = null) =>
        new("EURUSD", source, direction, price, new TriggerKey(Owner, tag)) { NotBefore = notBefore };

    private string[] Fire(decimal bid, decimal ask, int second = 0)
    {
        _hits.Clear();
        _book.Fire(new Quote("EURUSD", bid, ask, Start.AddSeconds(second)), _hits);
        return [.. _hits.Select(hit => hit.Key.Tag)];
    }

    [Fact]
    public void Hits_come_in_the_order_in_which_a_moving_price_meets_them()
    {
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.30m, "third"));
        _book.Set(Trigger(TriggerDirection.Above, 1.20m, "second, strict"));
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.20m, "first at 1.20"));
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.20m, "next at 1.20"));
        _book.Set(Trigger(TriggerDirection.AtOrBelow, 1.35m, "falling, near"));
        _book.Set(Trigger(TriggerDirection.AtOrBelow, 1.31m, "falling, far"));
        Fire(1.30m, 1.31m).ShouldBe(["first at 1.20", "next at 1.20", "second, strict", "third", "falling, near", "falling, far"]);
        _book.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(TriggerDirection.AtOrAbove, true)]
    [InlineData(TriggerDirection.Above, false)]
    [InlineData(TriggerDirection.AtOrBelow, true)]
    [InlineData(TriggerDirection.Below, false)]
    public void A_strict_threshold_is_not_reached_by_itself(TriggerDirection direction, bool fires)
    {
        _book.Set(Trigger(direction, 1.1000m, "t"));
        Fire(1.1m, 1.2m).Length.ShouldBe(fires ? 1 : 0);
    }

    [Fact]
    public void Bid_ask_and_mid_are_kept_apart()
    {
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "bid"));
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "ask", PriceSource.Ask));
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "mid", PriceSource.Mid));
        Fire(1.08m, 1.10m).ShouldBe(["ask"]);
        Fire(1.09m, 1.11m).ShouldBe(["mid"]);
        Fire(1.10m, 1.12m).ShouldBe(["bid"]);
    }

    [Fact]
    public void A_level_passed_before_it_was_armed_fires_on_the_first_quote_after()
    {
        Fire(1.20m, 1.21m).ShouldBeEmpty();
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "late"));
        Fire(1.20m, 1.21m).ShouldBe(["late"]);
    }

    [Fact]
    public void A_sleeping_trigger_fires_on_the_first_quote_at_its_time()
    {
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "t", notBefore: Start.AddSeconds(10)));
        Fire(1.20m, 1.21m, 9).ShouldBeEmpty();
        Fire(1.20m, 1.21m, 10).ShouldBe(["t"]);
    }

    [Fact]
    public void A_replaced_trigger_counts_only_as_its_new_self()
    {
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "t"));
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.30m, "t"));
        _book.Count.ShouldBe(1);
        Fire(1.20m, 1.21m).ShouldBeEmpty();
        Fire(1.30m, 1.31m).ShouldBe(["t"]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(40)]
    public void Replacing_keeps_what_stays_the_same_in_its_place_however_many_there_are(int count)
    {
        PriceTrigger[] Levels(params int[] numbers) => [.. numbers.Select(n => Trigger(TriggerDirection.AtOrAbove, 1.10m, $"{n}"))];
        _book.Replace(Owner, Levels([.. Enumerable.Range(0, count)]));
        _book.Replace(Owner, Levels([.. Enumerable.Range(1, count).Reverse()]));
        _book.Count.ShouldBe(count);
        Fire(1.2m, 1.2m).ShouldBe([.. Enumerable.Range(1, count).Select(n => $"{n}")], "the oldest first");
        _book.Replace(Owner, []);
        _book.Count.ShouldBe(0);
    }

    [Fact]
    public void Replacing_an_owners_triggers_leaves_others_alone_and_refuses_foreign_ones_unchanged()
    {
        var other = new Guid("00000000-0000-0000-0000-000000000002");
        var foreign = new PriceTrigger("EURUSD", PriceSource.Bid, TriggerDirection.AtOrAbove, 1.1m, new TriggerKey(other, "x"));
        _book.Set(foreign);
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "a"));
        _book.Set(Trigger(TriggerDirection.AtOrAbove, 1.10m, "b"));
        _book.Replace(Owner, [Trigger(TriggerDirection.AtOrAbove, 1.10m, "b"), Trigger(TriggerDirection.AtOrAbove, 1.10m, "c")]);
        Should.Throw<ArgumentException>(() => _book.Replace(Owner, [foreign]));
        Fire(1.2m, 1.2m).ShouldBe(["x", "b", "c"]);
        _book.Set(foreign);
        _book.RemoveOwner(other).ShouldBe(1);
        _book.RemoveOwner(other).ShouldBe(0);
        _book.Count.ShouldBe(0);
    }

    [Fact]
    public void Another_symbol_is_refused()
    {
        Should.Throw<ArgumentException>(() => _book.Set(Trigger(TriggerDirection.Above, 1m, "t") with { Symbol = "GBPUSD" }));
        Should.Throw<ArgumentException>(() => _book.Fire(new Quote("GBPUSD", 1m, 1m, Start), _hits));
    }

    [Fact]
    public void A_quote_that_hits_nothing_allocates_nothing()
    {
        for (var i = 0; i < 1000; i++)
            _book.Set(Trigger((TriggerDirection)(i % 4), i % 2 == 0 ? 2m + i : 0.001m * i, $"{i}", (PriceSource)(i % 3)));
        Fire(1.5m, 1.5m);
        var quote = new Quote("EURUSD", 1.5m, 1.5m, Start);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _book.Fire(quote, _hits);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    /// <summary>Random arming, removing and quoting against a list that is searched from end to end.</summary>
    [Fact]
    public void Agrees_with_a_plain_list() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var book = new TriggerBook("EURUSD");
        var plain = new List<PriceTrigger>();
        var hits = new List<PriceTrigger>();
        for (var step = 0; step < 200; step++)
        {
            var key = new TriggerKey(new Guid(random.Next(3), 0, 0, new byte[8]), random.Next(20).ToString());
            switch (random.Next(8))
            {
                case 0:
                    book.Remove(key).ShouldBe(plain.RemoveAll(t => t.Key == key) == 1);
                    break;
                case 1 when random.Next(10) == 0:
                    book.RemoveOwner(key.OwnerId).ShouldBe(plain.RemoveAll(t => t.Key.OwnerId == key.OwnerId));
                    break;
                case < 5:
                    var trigger = new PriceTrigger("EURUSD", (PriceSource)random.Next(3), (TriggerDirection)random.Next(4), random.Next(10), key)
                    {
                        NotBefore = random.Next(3) == 0 ? Start.AddSeconds(random.Next(200)) : null,
                    };
                    book.Set(trigger);
                    if (!plain.Contains(trigger))
                    {
                        plain.RemoveAll(t => t.Key == key);
                        plain.Add(trigger);
                    }
                    break;
                default:
                    var bid = random.Next(10);
                    var quote = new Quote("EURUSD", bid, bid + random.Next(3), Start.AddSeconds(step));
                    hits.Clear();
                    book.Fire(quote, hits);
                    var expected = plain
                        .Where(t => !(t.NotBefore > quote.Time) && t.IsReachedBy(t.Source switch { PriceSource.Bid => quote.Bid, PriceSource.Ask => quote.Ask, _ => quote.Mid }))
                        .OrderBy(t => t.Source).ThenBy(t => IsFalling(t)).ThenBy(t => IsFalling(t) ? -t.Price : t.Price).ThenBy(t => t.Direction >= TriggerDirection.Above)
                        .ToList();
                    hits.ShouldBe(expected);
                    plain.RemoveAll(expected.Contains);
                    break;
            }
            book.Count.ShouldBe(plain.Count);
        }
    }));

    private static bool IsFalling(PriceTrigger trigger) => trigger.Direction is TriggerDirection.AtOrBelow or TriggerDirection.Below;
}
