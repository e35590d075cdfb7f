using ActorTrading.Domain;
using Compared = ActorTrading.Mt5.Reconciliation;

namespace ActorTrading.Mt5.Tests;

/// <summary>A ledger and a terminal's books, without either's machinery: what a comparison says is folded at once.</summary>
internal sealed class TwoBooksSetup
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = DeterministicId.FromNumbers(9, 12);
    private readonly MarketBoard _market = new([SimulatedPair.Eurusd]);
    private readonly List<TerminalDeal> _history = [];

    public TwoBooksSetup(PositionMode mode)
    {
        Add(new AccountOpened(Guid.Empty, "a", AccountKind.Mt5, mode, "USD", 100));
        Compare();
    }

    public AccountState State { get; private set; } = AccountState.Empty;

    /// <summary>What the last comparison added.</summary>
    public List<LedgerEvent> Told { get; } = [];

    public IEnumerable<(long? Ticket, DealEntry Entry, decimal Volume)> Deals => Told.OfType<DealExecuted>().Select(e => (e.Deal.BrokerTicket, e.Deal.Entry, e.Deal.Volume));

    public decimal Balance { get; set; } = 10_000m;

    public TerminalPosition[] Positions { get; set; } = [];

    public TerminalOrder[] Orders { get; set; } = [];

    public static TerminalPosition Position(long ticket, decimal volume, Side side = Side.Buy, decimal price = 1.1m, decimal? sl = null) =>
        new(ticket, 0, "EURUSD", side, T0, price, sl, null, volume);

    public static TerminalOrder Limit(long ticket, decimal volume, decimal price = 1.09m) => new(ticket, 0, "EURUSD", Side.Buy, OrderType.Limit, T0, price, null, null, volume);

    /// <summary>One more in the history.</summary>
    public void Deal(long ticket, Side side, DealEntry entry, decimal volume, decimal price = 1.1m, decimal profit = 0m)
    {
        _history.Add(new(ticket, T0, "EURUSD", side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell, entry, volume, price, profit));
        Balance += profit;
    }

    public Order Submit(string id, decimal volume, Side side = Side.Buy, Guid? closes = null, decimal? limit = null, decimal? sl = null)
    {
        var order = new Order
        {
            Id = DeterministicId.Create(Id, id), ClientOrderId = id, Symbol = "EURUSD", Side = side, Type = limit is null ? OrderType.Market : OrderType.Limit, Volume = volume,
            Price = limit, StopLoss = sl, ClosesPositionId = closes, Status = OrderStatus.Submitted, CreatedAt = T0, UpdatedAt = T0,
        };
        Add(new OrderSubmitted(order));
        return order;
    }

    /// <summary>A pending order of ours that rests.</summary>
    public Order Rest(long ticket, decimal volume, decimal price = 1.09m)
    {
        var order = Submit($"rest{ticket}", volume, limit: price);
        Observe(new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = order.Id, OrderTicket = ticket, At = T0 });
        Orders = [.. Orders, Limit(ticket, volume, price)];
        Compare();
        return order;
    }

    public Compared Compare(params Order[] unsent)
    {
        var account = new TerminalAccount("b", "USD", "s", true, true, Balance, Balance, 0m, Balance, 0m);
        var snapshot = TerminalSnapshot.Create(account, Positions, Orders, _history);
        Told.Clear();
        var result = LedgerReconciler.Reconcile(State, SettledSnapshot.TryCreate(snapshot, snapshot)!, T0, unsent.Select(o => o.Id).ToHashSet());
        foreach (var fact in result.Facts)
        {
            Observe(fact);
        }

        State.Balance.ShouldBe(Balance);
        return result;
    }

    public void Observe(TerminalFact fact)
    {
        foreach (var happened in TerminalBook.Observe(State, fact, _market))
        {
            Add(happened);
            Told.Add(happened);
        }
    }

    private void Add(LedgerEvent happened) => State = State.Apply(new LedgerEntry(Id, State.Seq + 1, T0, happened));
}
