namespace ActorTrading.Domain.Tests.Copying;

/// <summary>An account with its broker, its market and its ledger.</summary>
internal sealed class Trader
{
    private readonly Guid _id;
    private int _orders;

    public Trader(int number, MarketBoard board, PositionMode mode, decimal deposit, string currency, int leverage)
    {
        _id = DeterministicId.FromNumbers(1, number);
        Board = board;
        Append([new AccountOpened(Guid.Empty, $"trader {number}", AccountKind.Paper, mode, currency, leverage)]);
        if (deposit > 0)
            Do(new AdjustBalance(deposit, BalanceReason.Deposit, "start")).Accepted.ShouldBeTrue();
    }

    public AccountState State { get; private set; } = AccountState.Empty;
    public MarketBoard Board { get; }
    public DateTimeOffset Now { get; set; } = CopyScene.Start;
    public List<LedgerEntry> Ledger { get; } = [];
    public Position Only => State.Positions.Values.ShouldHaveSingleItem();
    public AccountFigures Figures => AccountFigures.Of(State, Board);

    /// <summary>Lots of the symbol, long above and short below zero.</summary>
    public decimal Net(string symbol) => State.Positions.Values.Where(p => p.Symbol == symbol).Sum(p => p.Side == Side.Buy ? p.Volume : -p.Volume);

    public void Append(IReadOnlyList<LedgerEvent> events)
    {
        foreach (var entry in AccountProjection.Entries(_id, State.Seq, events, Now))
        {
            State = State.Apply(entry);
            Ledger.Add(entry);
        }
    }

    public BrokerDecision Do(TradeCommand command)
    {
        var decision = BrokerEngine.Decide(State, command, Board, BrokerSettings.Default, Now);
        Append(decision.Events);
        return decision;
    }

    public void OnQuote(Quote quote) => Append(BrokerEngine.OnQuote(State, quote, Board, BrokerSettings.Default, Now));

    public PlaceOrder Order(Side side, decimal volume, string symbol, OrderType type = OrderType.Market, decimal? price = null)
    {
        var id = DeterministicId.Create(_id, $"test:{++_orders}");
        return new PlaceOrder { OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = symbol, Side = side, Type = type, Volume = volume, Price = price };
    }

    public Guid Open(Side side, decimal volume, string symbol = "EURUSD", decimal? stopLoss = null, decimal? takeProfit = null)
    {
        var order = Order(side, volume, symbol) with { StopLoss = stopLoss, TakeProfit = takeProfit };
        Do(order).Accepted.ShouldBeTrue();
        return State.Positions.ContainsKey(order.OrderId) ? order.OrderId : State.Positions.Values.Single(p => p.Symbol == symbol).Id;
    }

    public BrokerDecision Close(Guid positionId, decimal? volume = null)
    {
        var id = DeterministicId.Create(_id, $"test:{++_orders}");
        return Do(new ClosePosition(id, ClientOrderIds.ForOrder(id), positionId, volume));
    }
}

/// <summary>A leader and followers, each link deciding every entry in order, as the system does.</summary>
internal sealed class CopyScene
{
    public static readonly DateTimeOffset Start = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero); // a Tuesday

    private readonly List<Link> _links = [];
    private int _accounts = 1;

    public CopyScene(PositionMode leaderMode = PositionMode.Hedging, decimal leaderDeposit = 10_000m, IEnumerable<Instrument>? instruments = null)
    {
        Board = new MarketBoard(instruments ?? InstrumentCatalog.All);
        Quote("EURUSD", 1.1000m, 1.1002m);
        Leader = new Trader(1, Board, leaderMode, leaderDeposit, "USD", 100);
    }

    public MarketBoard Board { get; }
    public Trader Leader { get; }
    public DateTimeOffset Now { get; private set; } = Start;
    public IReadOnlyList<Link> Links => _links;

    public Link Follow(LinkSettings settings, PositionMode mode = PositionMode.Hedging, decimal deposit = 10_000m, string currency = "USD", int leverage = 100, Trader? account = null)
    {
        account ??= new Trader(++_accounts, Board, mode, deposit, currency, leverage) { Now = Now };
        var link = new Link(DeterministicId.FromNumbers(9, _links.Count + 1), account, Leader.State.Seq)
        {
            Settings = settings with { LeaderAccountId = Leader.State.AccountId, FollowerAccountId = account.State.AccountId },
        };
        _links.Add(link);
        return link;
    }

    public void Wait(TimeSpan time)
    {
        Now += time;
        foreach (var trader in Traders)
            trader.Now = Now;
    }

    public void Quote(string symbol, decimal bid, decimal ask)
    {
        var quote = new Quote(symbol, bid, ask, Now);
        Board.Update(quote);
        foreach (var trader in Traders)
            trader.OnQuote(quote);
    }

    private IEnumerable<Trader> Traders => Leader is null ? [] : _links.Select(link => link.Follower).Prepend(Leader).Distinct();

    /// <summary>All that a look at the link may depend on, but its leader.</summary>
    public CopyWatchContext LookAt(Link link) => new()
    {
        LinkId = link.Id, Settings = link.Settings, Risk = link.Risk, Follower = link.Follower.State, FollowerMarket = Board, Now = Now,
    };

    /// <summary>Every link decides what it has not decided yet.</summary>
    public void Sync()
    {
        foreach (var link in _links)
            link.Sync(this);
    }
}

internal sealed class Link(Guid id, Trader follower, long decided)
{
    private AccountState? _leader;

    public Guid Id => id;
    public Trader Follower => follower;
    public required LinkSettings Settings { get; set; }
    public LinkRiskState Risk { get; set; } = LinkRiskState.Empty;
    public long Decided { get; private set; } = decided;
    public List<CopyPlan> Plans { get; } = [];
    public List<CopyContext> Contexts { get; } = [];
    public List<BrokerDecision> Refusals { get; } = [];
    public CopyPlan Last => Plans[^1];
    public DateTimeOffset? DeferredUntil { get; private set; }

    public void Sync(CopyScene scene)
    {
        DeferredUntil = null;
        var before = _leader ?? scene.Leader.Ledger.Take((int)Decided).Aggregate(AccountState.Empty, (state, entry) => state.Apply(entry));
        foreach (var entry in scene.Leader.Ledger.Skip((int)before.Seq))
        {
            var after = before.Apply(entry);
            if (CopyRules.IsTradeEvent(entry.Event, before) && !Decide(scene, entry, before, after))
                break;
            before = after;
            Decided = entry.Seq;
        }
        _leader = before;
    }

    private bool Decide(CopyScene scene, LedgerEntry entry, AccountState before, AccountState after)
    {
        var context = new CopyContext
        {
            LinkId = id,
            Settings = Settings,
            LeaderEntry = entry,
            LeaderBefore = before,
            LeaderAfter = after,
            Follower = follower.State,
            LeaderMarket = scene.Board,
            FollowerMarket = follower.Board,
            Now = scene.Now,
            Risk = Risk,
        };
        var plan = CopyRules.Decide(context);
        if (plan.DeferUntil is { } until)
        {
            DeferredUntil = until;
            return false;
        }
        CopyRules.Decide(context).Commands.ShouldBe(plan.Commands);
        Plans.Add(plan);
        Contexts.Add(context);
        foreach (var command in plan.Commands)
        {
            var decision = follower.Do(command);
            if (!decision.Accepted)
                Refusals.Add(decision);
        }
        follower.Append([new CopyDecided(id, entry.AccountId, entry.Seq, plan.Outcome, plan.Reason, plan.Detail, [], entry.At)]);
        return true;
    }
}
