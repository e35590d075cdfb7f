using ActorTrading.Pine.Strategy;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Pine.Tests.Strategy;

/// <summary>What the position's own stops would leave of it.</summary>
public sealed class StopLevelTests
{
    private static readonly StrategySettings Free = new() { Pyramiding = 3, InitialCapital = 1_000_000, MarginLong = 0, MarginShort = 0 };

    private static IReadOnlyList<StopLevel> Levels(Action<BrokerEmulator> script) =>
        Market.Run(Market.Bars((10, 10.5, 9.5, 10), (10, 10.5, 9.8, 10.2), (10.2, 10.2, 10.2, 10.2)), (broker, bar) =>
        {
            if (bar == 0) script(broker);
        }, Free).StopLevels(_ => true);

    [Fact]
    public void Without_stops_there_are_none()
    {
        Levels(_ => { }).ShouldBeEmpty();
        Levels(b => b.Entry("L", Direction.Long, 10)).ShouldBeEmpty();
    }

    [Fact]
    public void An_exits_stop_closes_its_share_and_the_nearest_comes_first() => Levels(b =>
    {
        b.Entry("L", Direction.Long, 10);
        b.Exit("far", "L", qty: 4, stop: 9.0);
        b.Exit("near", "L", qty: 5, stop: 9.4, limit: 12);
    }).ShouldBe([new StopLevel(9.4, 5), new StopLevel(9.0, 1)]);

    [Fact]
    public void A_shorts_stops_are_above() => Levels(b =>
    {
        b.Entry("S", Direction.Short, 10);
        b.Exit("X", "S", qty: 10, stop: 11);
    }).ShouldBe([new StopLevel(11, 0)]);

    [Fact]
    public void An_armed_trailing_stop_counts_where_it_stands_and_one_that_is_not_does_not()
    {
        Levels(b =>
        {
            b.Entry("L", Direction.Long, 10);
            b.Exit("X", "L", qty: 10, trailPoints: 20, trailOffset: 100);
        }).ShouldBe([new StopLevel(9.5, 0)]);
        Levels(b =>
        {
            b.Entry("L", Direction.Long, 10);
            b.Exit("X", "L", qty: 10, trailPoints: 200, trailOffset: 100);
        }).ShouldBeEmpty();
    }

    [Fact]
    public void A_stop_entry_the_other_way_closes_everything() => Levels(b =>
    {
        b.Entry("L", Direction.Long, 10);
        b.Exit("X", "L", qty: 4, stop: 9.4);
        b.Entry("S", Direction.Short, 3, stop: 9.0);
    }).ShouldBe([new StopLevel(9.4, 6), new StopLevel(9.0, 0)]);

    [Fact]
    public void Only_the_trades_that_count_are_told_of_and_the_oldest_is_closed_first() =>
        Market.Run(Market.Bars((10, 10, 10, 10), (10, 10, 10, 10), (10, 10, 10, 10), (10, 10, 10, 10)), (broker, bar) =>
        {
            if (bar == 0) broker.Entry("A", Direction.Long, 3);
            if (bar == 1) broker.Entry("B", Direction.Long, 5);
            if (bar == 1) broker.Exit("X", "B", stop: 9);
        }, Free).StopLevels(trade => trade.EntryId == "B").ShouldBe([new StopLevel(9, 3)]);

    [Fact]
    public void What_it_foretells_is_what_a_price_that_goes_straight_against_the_position_does() => Prop.ForAll(EmulatorPropertyTests.Stories(), story =>
    {
        Foretold(story, out var wrong);
        return wrong is null;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void The_stories_leave_stops_to_be_foretold()
    {
        var levels = EmulatorPropertyTests.Stories().Generator.Sample(300).Sum(story => Foretold(story, out _));
        levels.ShouldBeGreaterThan(100);
    }

    private static int Foretold(EmulatorPropertyTests.Story story, out string? wrong)
    {
        wrong = null;
        story = story with { Settings = story.Settings with { MarginLong = 0, MarginShort = 0, CalcOnOrderFills = false, ProcessOrdersOnClose = false } };
        var broker = EmulatorPropertyTests.Run(story);
        var (bar, price) = (story.Bars.Length, story.Bars[^1].C);
        var drawn = story.Commands.SelectMany(c => c).ToArray();
        for (int i = 0; i < drawn.Length; i++)
        {
            var c = drawn[i];
            double away = (c.Long ? -1 : 1) * c.Second;
            string id = $"{(c.Long ? "L" : "S")}{c.Id}", exit = $"E{i % 3}";
            if (c.Oca == 2) broker.Exit(exit, id, qtyPercent: c.Qty * 10, trailPrice: price, trailOffset: c.Second * 100);
            else broker.Exit(exit, id, qtyPercent: c.Qty * 10, stop: price + away, ocaName: c.Oca == 1 ? "group" : null);
        }
        // More entries on the way down would be closed too, or close others: here only what stands is looked at.
        foreach (var id in (string[])["L0", "L1", "L2", "S0", "S1", "S2"]) broker.Cancel(id);
        // What waits for the next open fills there first.
        for (int i = 0; i < 3; i++) Walk(price);
        var levels = broker.StopLevels(_ => true);
        foreach (var (level, left) in levels)
        {
            Walk(level);
            if (broker.PositionSize != left) wrong = $"{broker.PositionSize} instead of {left} at {level}";
        }
        return levels.Count;

        void Walk(double to)
        {
            broker.OnBarOpen(bar, bar * 3_600_000L, price, Math.Max(price, to), Math.Min(price, to), to);
            broker.OnBarClose();
            (bar, price) = (bar + 1, to);
        }
    }
}
