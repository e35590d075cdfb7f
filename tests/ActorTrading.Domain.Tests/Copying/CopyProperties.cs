using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Domain.Tests.Copying;

/// <summary>What holds for every leader's history.</summary>
public class CopyProperties
{
    private static void ForAllHistories(int count, Action<Random> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(count), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => property(new Random(seed))));

    private static LinkSettings Settings(Random random) => new()
    {
        Sizing = new SizingSettings
        {
            Mode = (SizingMode)random.Next(0, 7),
            Value = null,
            Multiplier = random.Next(1, 30) / 10m,
            Rounding = (VolumeRounding)random.Next(2),
            ForceTinyTrades = random.Next(2) == 0,
            MaxTradeVolume = 2m,
        } is var sizing && sizing.Mode == SizingMode.FixedVolume ? sizing with { Value = random.Next(1, 100) / 100m } : sizing,
        Reverse = random.Next(3) == 0,
        SkipPendingOrders = random.Next(3) == 0,
    };

    private static CopyScene Scene(Random random, out RandomLeader leader, decimal leaderDeposit = 1_000_000m)
    {
        // In some of them what is held comes to more than one order may trade.
        var max = random.Next(2) == 0 ? 2m : 100m;
        var scene = new CopyScene((PositionMode)random.Next(2), leaderDeposit, InstrumentCatalog.All.Select(i => i with { VolumeMax = Math.Min(i.VolumeMax, max) }));
        for (var i = 0; i < 2; i++)
            scene.Follow(Settings(random), (PositionMode)i, 1_000_000m);
        leader = new RandomLeader(scene, random);
        return scene;
    }

    /// <summary>However the leader came in and went out by parts, with orders resting or not, who follows is flat when the leader is.</summary>
    [Theory]
    [InlineData(false, 1_000_000)]
    [InlineData(true, 1_000_000)]
    [InlineData(true, 4_000)]
    public void Followers_are_flat_when_the_leader_is(bool pendings, int leaderDeposit) => ForAllHistories(60, random =>
    {
        var scene = Scene(random, out var leader, leaderDeposit);
        for (var step = 0; step < 40; step++)
        {
            leader.Step(pendings);
            if (random.Next(4) > 0)
                scene.Sync();
        }
        leader.CloseEverything();
        scene.Sync();
        foreach (var link in scene.Links)
        {
            link.Follower.State.Positions.ShouldBeEmpty();
            link.Follower.State.Orders.ShouldBeEmpty();
            CopyRules.IsFlat(link.Follower.State, link.Id).ShouldBeTrue();
        }
    });

    /// <summary>Every command's volume is on the step and within the instrument's bounds, so no broker refuses it for its volume.</summary>
    [Fact]
    public void No_volume_is_off_the_step() => ForAllHistories(50, random =>
    {
        var scene = Scene(random, out var leader);
        for (var step = 0; step < 30; step++)
        {
            leader.Step(pendings: true);
            scene.Sync();
        }
        var eurusd = scene.Board.FindInstrument("EURUSD")!;
        foreach (var (context, plan) in scene.Links.SelectMany(link => link.Contexts.Zip(link.Plans)))
        {
            foreach (var command in plan.Commands)
            {
                var volume = command switch { PlaceOrder p => p.Volume, ClosePosition c => c.Volume ?? context.Follower.Positions[c.PositionId].Volume, _ => (decimal?)null };
                if (volume is { } lots)
                {
                    (lots % eurusd.VolumeStep).ShouldBe(0m);
                    lots.ShouldBeInRange(eurusd.VolumeMin, eurusd.VolumeMax);
                }
            }
        }
        scene.Links.SelectMany(link => link.Refusals).ShouldNotContain(r => r.Retcode == Retcode.InvalidVolume || r.Retcode == Retcode.InvalidCloseVolume);
    });

    /// <summary>With the leader's own lots and no resting orders, a follower's net exposure is the leader's after every entry.</summary>
    [Fact]
    public void One_to_one_is_the_leaders_exposure() => ForAllHistories(50, random =>
    {
        var scene = new CopyScene((PositionMode)random.Next(2), 1_000_000m);
        var reverse = random.Next(2) == 0;
        for (var i = 0; i < 2; i++)
            scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.None }, Reverse = reverse, Stops = new() { CopyStopLoss = false, CopyTakeProfit = false } }, (PositionMode)i, 1_000_000m);
        var leader = new RandomLeader(scene, random);
        for (var step = 0; step < 40; step++)
        {
            leader.Step(pendings: false);
            scene.Sync();
            foreach (var link in scene.Links)
                link.Follower.Net("EURUSD").ShouldBe(scene.Leader.Net("EURUSD") * (reverse ? -1 : 1));
        }
    });

    /// <summary>Where only the leader's orders fill, what rests for one of its positions is what the leader keeps of it.</summary>
    [Fact]
    public void What_rests_is_never_more_than_the_leader_keeps() => ForAllHistories(50, random =>
    {
        var scene = new CopyScene(PositionMode.Hedging, 1_000_000m);
        var board = new MarketBoard(InstrumentCatalog.All);
        board.Update(scene.Board.LastQuote("EURUSD")!.Value);
        var link = new Link(DeterministicId.FromNumbers(9, 99), new Trader(99, board, PositionMode.Hedging, 1_000_000m, "USD", 100), scene.Leader.State.Seq)
        {
            Settings = new() { Sizing = new() { Mode = SizingMode.None }, LeaderAccountId = scene.Leader.State.AccountId },
        };
        var leader = new RandomLeader(scene, random);
        for (var step = 0; step < 40; step++)
        {
            leader.Step(pendings: true);
            link.Sync(scene);
            foreach (var order in link.Follower.State.Orders.Values)
            {
                var wanted = scene.Leader.State.Orders.TryGetValue(order.Copy!.LeaderOrderId!.Value, out var rests) ? rests.RemainingVolume : 0m;
                wanted += scene.Leader.State.Positions.TryGetValue(order.Copy.LeaderOrderId.Value, out var open) ? open.Volume : 0m;
                order.RemainingVolume.ShouldBe(wanted);
            }
        }
    });

    /// <summary>A follower that is offered again what it has decided, from any point, does nothing.</summary>
    [Fact]
    public void Replaying_any_prefix_changes_nothing() => ForAllHistories(40, random =>
    {
        var scene = Scene(random, out var leader);
        for (var step = 0; step < 25; step++)
        {
            leader.Step(pendings: true);
            scene.Sync();
        }
        foreach (var link in scene.Links)
        {
            foreach (var context in link.Contexts)
            {
                var again = CopyRules.Decide(context with { Follower = link.Follower.State });
                again.Reason.ShouldBe(CopyReasons.AlreadyDecided);
                again.Commands.ShouldBeEmpty();
            }
            // The ledger folds to the same account, its copy book included.
            var folded = link.Follower.Ledger.Aggregate(AccountState.Empty, (state, entry) => state.Apply(entry));
            System.Text.Json.JsonSerializer.Serialize(folded.Copying, DomainJson.Options)
                .ShouldBe(System.Text.Json.JsonSerializer.Serialize(link.Follower.State.Copying, DomainJson.Options));
        }
    });

    /// <summary>Whatever the leader does, nothing is opened that the settings forbid.</summary>
    [Fact]
    public void No_exposure_that_the_settings_forbid() => ForAllHistories(60, FollowWithinLimits);

    /// <summary>Histories in which a leader turns round, so that what the follower closes makes room, and in which a netting follower's order leads back to flat.</summary>
    [Theory]
    [InlineData(1_880_649_135)]
    [InlineData(755_504_558)]
    public void What_is_closed_makes_room_for_what_is_opened(int history) => FollowWithinLimits(new Random(history));

    private static void FollowWithinLimits(Random random)
    {
        var scene = new CopyScene((PositionMode)random.Next(2), 1_000_000m);
        scene.Quote("GBPUSD", 1.2500m, 1.2502m);
        for (var i = 0; i < 2; i++)
        {
            scene.Follow(Settings(random) with
            {
                AllowedSides = random.Next(2) == 0 ? [(Side)random.Next(2)] : null,
                SymbolFilter = random.Next(2) == 0 ? new SymbolFilter(null, ["GBPUSD"]) : null,
                Limits = new ExposureLimits { MaxLeverage = random.Next(1, 10), MaxTradeRisk = random.Next(2) == 0 ? 0.01m : null },
            }, (PositionMode)i, 200_000m);
        }
        foreach (var link in scene.Links)
            link.Settings = link.Settings with { Sizing = link.Settings.Sizing with { MaxTradeVolume = random.Next(1, 150) / 100m } };
        var leader = new RandomLeader(scene, random);
        for (var step = 0; step < 30; step++)
        {
            leader.Step(pendings: true);
            if (random.Next(5) == 0)
                scene.Leader.Do(scene.Leader.Order((Side)random.Next(2), random.Next(1, 100) / 100m, "GBPUSD"));
            scene.Sync();
            foreach (var link in scene.Links)
                ShouldKeepWithin(link);
        }
    }

    private static void ShouldKeepWithin(Link link)
    {
        var settings = link.Settings;
        foreach (var (context, plan) in link.Contexts.Zip(link.Plans))
        {
            // In netting mode leaving a share can be an order of its own; what opens is what has no holding before it.
            var opens = plan.Commands.OfType<PlaceOrder>().Where(order => !context.Follower.Copying.Links.GetValueOrDefault(link.Id, LinkBook.Empty).Shares.Any(share =>
                share.Side != order.Side && share.LeaderPositionId == order.Copy!.LeaderPositionId && share.LeaderOrderId == order.Copy.LeaderOrderId)).ToList();
            foreach (var order in opens)
            {
                order.Volume.ShouldBeLessThanOrEqualTo(settings.Sizing.MaxTradeVolume!.Value);
                settings.AllowedSides?.ShouldContain(order.Side);
                settings.SymbolFilter?.Exclude!.ShouldNotContain(order.Symbol);
                var before = Worth(context, []);
                var worth = Worth(context, [.. plan.Commands.OfType<ClosePosition>(), order]);
                var equity = AccountFigures.Of(context.Follower, context.FollowerMarket).Equity;
                // Only the newest decision is still at the present prices; a hundredth is left for the spread. In netting what only takes risk away is never forbidden.
                if (ReferenceEquals(context, link.Contexts[^1]) && (context.Follower.Mode == PositionMode.Hedging || worth > before))
                    worth.ShouldBeLessThan(settings.Limits.MaxLeverage!.Value * equity * 1.01m);
            }
        }
    }

    /// <summary>What the follower holds is worth after the commands: side by side in hedging, how far each symbol is from flat in netting.</summary>
    private static decimal Worth(CopyContext context, IReadOnlyList<TradeCommand> commands)
    {
        var held = context.Follower.Positions.Values.Select(p => (p.Symbol, p.Side,
            Volume: p.Volume - commands.OfType<ClosePosition>().Where(close => close.PositionId == p.Id).Sum(close => close.Volume ?? p.Volume)));
        var all = held.Concat(commands.OfType<PlaceOrder>().Select(o => (o.Symbol, o.Side, o.Volume)));
        return all.GroupBy(item => item.Symbol).Sum(symbol => 100_000m * context.FollowerMarket.LastQuote(symbol.Key)!.Value.Bid
            * (context.Follower.Mode == PositionMode.Netting ? Math.Abs(symbol.Sum(item => item.Side == Side.Buy ? item.Volume : -item.Volume)) : symbol.Sum(item => item.Volume)));
    }

    /// <summary>Two links in a row, both reversed, do what the leader does.</summary>
    [Fact]
    public void Reverse_of_reverse_is_the_leader() => ForAllHistories(60, random =>
    {
        var first = new CopyScene(PositionMode.Hedging, 1_000_000m);
        var settings = new LinkSettings { Sizing = new() { Mode = SizingMode.None }, Reverse = true, CopyCopiedTrades = true };
        var middle = first.Follow(settings, PositionMode.Hedging, 1_000_000m);
        var end = new Link(DeterministicId.FromNumbers(9, 99), new Trader(99, first.Board, PositionMode.Hedging, 1_000_000m, "USD", 100), middle.Follower.State.Seq)
        {
            Settings = settings with { LeaderAccountId = middle.Follower.State.AccountId },
        };
        var leader = new RandomLeader(first, random);
        for (var step = 0; step < 30; step++)
        {
            leader.Step(pendings: true);
            first.Sync();
        }
        var orders = first.Leader.Ledger.Select(e => e.Event).OfType<OrderSubmitted>().Where(e => e.Order.ClosesPositionId is null).Select(e => e.Order).ToList();
        // The first placing of each: what replaces an order that rests is smaller.
        foreach (var plan in middle.Plans.SelectMany(p => p.Commands).OfType<PlaceOrder>().DistinctBy(p => p.Copy!.LeaderOrderId ?? p.Copy.LeaderPositionId))
        {
            var leaderOrder = orders.Single(o => o.Id == (plan.Copy!.LeaderOrderId ?? plan.Copy.LeaderPositionId));
            plan.Side.ShouldNotBe(leaderOrder.Side);
            var twice = Again(end, middle, plan, first);
            twice.Side.ShouldBe(leaderOrder.Side);
            twice.Type.ShouldBe(leaderOrder.Type);
            twice.Volume.ShouldBe(leaderOrder.Volume);
            twice.StopLoss.ShouldBe(leaderOrder.StopLoss);
            twice.TakeProfit.ShouldBe(leaderOrder.TakeProfit);
        }
    });

    /// <summary>What a second reversing link makes of the first one's order.</summary>
    private static PlaceOrder Again(Link end, Link middle, PlaceOrder plan, CopyScene scene)
    {
        var trader = new Trader(98, scene.Board, PositionMode.Hedging, 1_000_000m, "USD", 100) { Now = scene.Now };
        var before = trader.State;
        LedgerEntry? entry = null;
        AccountState at = before;
        var order = new Order
        {
            Id = plan.OrderId, ClientOrderId = plan.ClientOrderId, Symbol = plan.Symbol, Side = plan.Side, Type = plan.Type, Volume = plan.Volume, Price = plan.Price,
            StopLoss = plan.StopLoss, TakeProfit = plan.TakeProfit, FillPolicy = plan.FillPolicy, Status = OrderStatus.Submitted, CreatedAt = scene.Now, UpdatedAt = scene.Now, Copy = plan.Copy,
        };
        at = at.Apply(new LedgerEntry(before.AccountId, before.Seq + 1, scene.Now, new OrderSubmitted(order)));
        entry = plan.Type == OrderType.Market
            ? new LedgerEntry(before.AccountId, before.Seq + 2, scene.Now, new DealExecuted(new Deal
            {
                Id = DeterministicId.ForDeal(order.Id, 1), OrderId = order.Id, PositionId = order.Id, Symbol = order.Symbol, Side = order.Side,
                Entry = DealEntry.In, Volume = order.Volume, Price = scene.Board.LastQuote(order.Symbol)!.Value.OpenPrice(order.Side), Time = scene.Now,
            }))
            : new LedgerEntry(before.AccountId, before.Seq + 2, scene.Now, new OrderPlaced(order.Id, null));
        var plan2 = CopyRules.Decide(new CopyContext
        {
            LinkId = end.Id, Settings = end.Settings with { FollowerAccountId = end.Follower.State.AccountId }, LeaderEntry = entry, LeaderBefore = at, LeaderAfter = at.Apply(entry),
            Follower = end.Follower.State, LeaderMarket = scene.Board, FollowerMarket = scene.Board, Now = scene.Now,
        });
        return plan2.Commands.ShouldHaveSingleItem().ShouldBeOfType<PlaceOrder>();
    }
}
