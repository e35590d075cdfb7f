using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Copying;

/// <summary>Leaders that copy: every link passes on what its leader copies.</summary>
public class CopyRingTests
{
    private readonly MarketBoard _board = new(InstrumentCatalog.All);
    private readonly List<Trader> _traders = [];
    private readonly List<(Guid Id, Trader Leader, Trader Follower)> _links = [];
    private readonly Dictionary<Guid, int> _read = [];

    public CopyRingTests() => _board.Update(new Quote("EURUSD", 1.1000m, 1.1002m, CopyScene.Start));

    private void Accounts(int count)
    {
        for (var i = 0; i < count; i++)
            _traders.Add(new Trader(100 + i, _board, PositionMode.Hedging, 1_000_000m, "USD", 100));
    }

    private void Follow(int leader, int follower) =>
        _links.Add((DeterministicId.FromNumbers(9, 100 + _links.Count), _traders[leader], _traders[follower]));

    /// <summary>Every link decides what it has not decided, over and over until nobody trades any more.</summary>
    private void ComeToRest()
    {
        for (var round = 0; round < 100; round++)
        {
            if (_links.Count(Decide) == 0)
                return;
        }
        throw new InvalidOperationException("the links feed themselves");
    }

    private bool Decide((Guid Id, Trader Leader, Trader Follower) link)
    {
        var from = _read.GetValueOrDefault(link.Id);
        var state = link.Leader.Ledger.Take(from).Aggregate(AccountState.Empty, (s, e) => s.Apply(e));
        var entries = link.Leader.Ledger.Skip(from).ToList();
        _read[link.Id] = from + entries.Count;
        var traded = false;
        foreach (var entry in entries)
        {
            var before = state;
            state = state.Apply(entry);
            if (!CopyRules.IsTradeEvent(entry.Event, before))
                continue;
            var plan = CopyRules.Decide(new CopyContext
            {
                LinkId = link.Id,
                Settings = new LinkSettings
                {
                    LeaderAccountId = link.Leader.State.AccountId, FollowerAccountId = link.Follower.State.AccountId, CopyCopiedTrades = true, Sizing = new() { Mode = SizingMode.None },
                },
                LeaderEntry = entry, LeaderBefore = before, LeaderAfter = state, Follower = link.Follower.State, LeaderMarket = _board, FollowerMarket = _board, Now = CopyScene.Start,
            });
            foreach (var command in plan.Commands)
                link.Follower.Do(command).Accepted.ShouldBeTrue();
            link.Follower.Append([new CopyDecided(link.Id, entry.AccountId, entry.Seq, plan.Outcome, plan.Reason, plan.Detail, [], entry.At)]);
            traded |= plan.Commands.Length > 0;
        }
        return traded;
    }

    [Theory]
    [InlineData(OrderType.Market)]
    [InlineData(OrderType.Limit)]
    public void A_ring_of_three_does_not_feed_itself_with_a_trade_from_outside(OrderType type)
    {
        Accounts(4);
        Follow(3, 0);
        Follow(0, 1);
        Follow(1, 2);
        Follow(2, 0);
        var outside = _traders[3];
        outside.Do(outside.Order(Side.Buy, 0.10m, "EURUSD", type, type == OrderType.Limit ? 1.0950m : null)).Accepted.ShouldBeTrue();
        ComeToRest();
        _traders.ShouldAllBe(t => t.State.Positions.Count + t.State.Orders.Count == 1);
        _traders[0].Ledger.Select(e => e.Event).OfType<CopyDecided>().Last().Reason.ShouldBe(CopyReasons.CopyLoop);
    }

    [Fact]
    public void A_trade_that_has_come_through_too_many_links_goes_no_further()
    {
        Accounts(CopyOrigin.LinksMax + 2);
        for (var i = 0; i + 1 < _traders.Count; i++)
            Follow(i, i + 1);
        _traders[0].Open(Side.Buy, 0.10m);
        ComeToRest();
        _traders[^2].State.Positions.Count.ShouldBe(1);
        _traders[^1].State.Positions.ShouldBeEmpty();
    }

    /// <summary>However the accounts follow each other, a trade ends, and comes to no account that it came through.</summary>
    [Fact]
    public void Every_net_of_links_comes_to_rest() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var net = new CopyRingTests();
        var count = random.Next(2, 5);
        net.Accounts(count);
        for (var leader = 0; leader < count; leader++)
        {
            for (var follower = 0; follower < count; follower++)
            {
                if (leader != follower && random.Next(3) > 0)
                    net.Follow(leader, follower);
            }
        }
        net._traders[random.Next(count)].Open(Side.Buy, 0.01m);
        net.ComeToRest();
        foreach (var trader in net._traders)
            trader.State.Positions.Values.ShouldAllBe(p => p.Copy == null || !p.Copy.CameThrough(trader.State.AccountId));
    }));
}
