using System.Collections.Immutable;

namespace ActorTrading.Domain.Tests.Copying;

/// <summary>A leader with 10,000 buys 1.00 lot with SL and TP, moves the SL, closes half and then the rest.</summary>
public class CopyStoryTests
{
    private static readonly Instrument Mapped = InstrumentCatalog.Get("EURUSD") with { Symbol = "EURUSD.m" };
    private readonly CopyScene _scene = new(leaderDeposit: 20_000m, instruments: [.. InstrumentCatalog.All, Mapped]);
    private readonly Link _balance, _fixed, _reverse;

    public CopyStoryTests()
    {
        _scene.Quote("EURUSD.m", 1.1000m, 1.1002m);
        _balance = _scene.Follow(new LinkSettings(), deposit: 10_000m);
        _fixed = _scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.FixedVolume, Value = 0.10m } }, PositionMode.Netting);
        _reverse = _scene.Follow(new LinkSettings
        {
            Sizing = new() { Mode = SizingMode.Balance, Multiplier = 0.5m },
            Reverse = true,
            SymbolMapping = ImmutableDictionary<string, string>.Empty.Add("EURUSD", "EURUSD.m"),
        }, deposit: 10_000m);
    }

    [Fact]
    public void Each_follower_does_each_thing_once()
    {
        var id = _scene.Leader.Open(Side.Buy, 1.00m, stopLoss: 1.0900m, takeProfit: 1.1200m);
        _scene.Sync();

        _balance.Follower.Only.ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(0.50m), p => p.Side.ShouldBe(Side.Buy), p => p.StopLoss.ShouldBe(1.0900m), p => p.TakeProfit.ShouldBe(1.1200m));
        _fixed.Follower.Only.ShouldSatisfyAllConditions(p => p.Volume.ShouldBe(0.10m), p => p.StopLoss.ShouldBe(1.0900m), p => p.TakeProfit.ShouldBe(1.1200m));
        _reverse.Follower.Only.ShouldSatisfyAllConditions(p => p.Symbol.ShouldBe("EURUSD.m"), p => p.Volume.ShouldBe(0.25m), p => p.Side.ShouldBe(Side.Sell), p => p.StopLoss.ShouldBe(1.1200m), p => p.TakeProfit.ShouldBe(1.0900m));

        _scene.Leader.Do(new ModifyPosition(id, 1.0950m, 1.1200m, null)).Accepted.ShouldBeTrue();
        _scene.Sync();
        _balance.Follower.Only.StopLoss.ShouldBe(1.0950m);
        _fixed.Follower.Only.StopLoss.ShouldBe(1.0950m);
        _reverse.Follower.Only.TakeProfit.ShouldBe(1.0950m);

        _scene.Leader.Close(id, 0.50m).Accepted.ShouldBeTrue();
        _scene.Sync();
        _balance.Follower.Only.Volume.ShouldBe(0.25m);
        _fixed.Follower.Only.Volume.ShouldBe(0.05m);
        // Half of 0.25 is no whole step: a tie closes more.
        _reverse.Follower.Only.Volume.ShouldBe(0.12m);

        _scene.Leader.Close(id).Accepted.ShouldBeTrue();
        _scene.Sync();
        foreach (var link in _scene.Links)
        {
            link.Follower.State.Positions.ShouldBeEmpty();
            link.Refusals.ShouldBeEmpty();
            link.Plans.ShouldAllBe(plan => plan.Outcome == CopyOutcome.Copied && plan.Reason == null);
            link.Plans.Count.ShouldBe(4);
        }
    }

    [Fact]
    public void An_entry_already_decided_is_not_decided_again()
    {
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        var context = _balance.Contexts[0] with { Follower = _balance.Follower.State };
        CopyRules.Decide(context).ShouldSatisfyAllConditions(p => p.Reason.ShouldBe(CopyReasons.AlreadyDecided), p => p.Commands.ShouldBeEmpty());
    }

    [Fact]
    public void The_same_context_gives_the_same_ids()
    {
        _scene.Leader.Open(Side.Buy, 1.00m);
        _scene.Sync();
        CopyRules.Decide(_balance.Contexts[0]).Commands.ShouldBe(_balance.Plans[0].Commands);
    }

    [Fact]
    public void A_stop_loss_at_the_leader_closes_followers_that_have_none()
    {
        _balance.Settings = _balance.Settings with { Stops = new() { CopyStopLoss = false } };
        _scene.Leader.Open(Side.Buy, 1.00m, stopLoss: 1.0990m);
        _scene.Sync();
        _balance.Follower.Only.StopLoss.ShouldBeNull();
        _scene.Quote("EURUSD", 1.0980m, 1.0982m);
        _scene.Leader.State.Positions.ShouldBeEmpty();
        _fixed.Follower.State.Positions.ShouldBeEmpty();
        _scene.Sync();
        _balance.Follower.State.Positions.ShouldBeEmpty();
        _fixed.Last.Reason.ShouldBe(CopyReasons.NothingToClose);
    }
}
