using ActorTrading.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Mt5.Tests.Reconciliation;

/// <summary>Random trading at the simulated broker, seen through its own answers: no sockets, the whole protocol.</summary>
public sealed class SnapshotProperties
{
    private static readonly Gen<List<(BrokerWorld.Act Act, int Pick, int Size)>> Stories =
        Gen.ListOf(Gen.Zip(Gen.Elements(Enum.GetValues<BrokerWorld.Act>()), Gen.Zip(Gen.Choose(0, 9), Gen.Choose(1, 9))).Select(x => (x.Item1, x.Item2.Item1, x.Item2.Item2)))
            .Select(l => l.ToList());

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(30);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void What_the_deals_add_up_to_is_what_the_positions_show(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), story =>
        {
            using var world = new BrokerWorld(mode);
            foreach (var step in story)
            {
                world.Do(step.Act, step.Pick, step.Size);
                var seen = world.Look();
                seen.Unidentified.ShouldBeEmpty();
                seen.PositionsAreComplete.ShouldBeTrue();
                foreach (var held in DealFold.Held(seen.Deals))
                    held.Volume.ShouldBe(seen.Positions.Where(p => p.Symbol == held.Symbol && p.Side == held.Side).Sum(p => p.Volume));
            }
        }).Check(Config);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void The_changes_lead_from_the_one_state_to_the_other(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), Arb.From(Stories), (first, second) =>
        {
            using var world = new BrokerWorld(mode);
            first.ForEach(s => world.Do(s.Act, s.Pick, s.Size));
            var before = world.Look();
            SnapshotDiff.Compute(before, before).ShouldBeEmpty();
            second.ForEach(s => world.Do(s.Act, s.Pick, s.Size));
            var after = world.Look();

            var positions = before.Positions.ToDictionary(p => p.Ticket);
            var orders = before.Orders.ToDictionary(o => o.Ticket);
            foreach (var change in SnapshotDiff.Compute(before, after))
                switch (change)
                {
                    case TerminalChange.PositionOpened c: positions.Add(c.Position.Ticket, c.Position); break;
                    case TerminalChange.PositionClosed c: positions.Remove(c.Position.Ticket).ShouldBeTrue(); break;
                    case TerminalChange.PositionResized c: positions[c.After.Ticket] = c.After; break;
                    case TerminalChange.PositionModified c: positions[c.After.Ticket] = c.After; break;
                    case TerminalChange.OrderPlaced c: orders.Add(c.Order.Ticket, c.Order); break;
                    case TerminalChange.OrderRemoved c: orders.Remove(c.Order.Ticket).ShouldBeTrue(); break;
                    case TerminalChange.OrderModified c: orders[c.After.Ticket] = c.After; break;
                }
            positions.Values.OrderBy(p => p.Ticket).ShouldBe(after.Positions);
            orders.Values.OrderBy(o => o.Ticket).ShouldBe(after.Orders);
        }).Check(Config);

    [Theory]
    [InlineData(PositionMode.Hedging)]
    [InlineData(PositionMode.Netting)]
    public void Of_requests_in_doubt_what_is_concluded_is_what_was_done(PositionMode mode) =>
        Prop.ForAll(Arb.From(Stories), Arb.From(Gen.Elements(BrokerWorld.Act.Buy, BrokerWorld.Act.Sell, BrokerWorld.Act.BuyLimit)), Arb.From(Gen.Elements(true, false)), (story, act, arrives) =>
        {
            using var world = new BrokerWorld(mode);
            story.ForEach(s => world.Do(s.Act, s.Pick, s.Size));
            var before = world.Look();
            var request = world.RequestOf(act, 0, 3)!;
            var done = arrives && world.Send(request).Succeeded;
            var now = world.Look();
            var outcome = OutcomeResolver.Resolve(before, SettledSnapshot.TryCreate(now, now)!, [request], mode)[0];
            (outcome is ResolvedOutcome.Executed).ShouldBe(done, $"{outcome}");
        }).Check(Config);
}
