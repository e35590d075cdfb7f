using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

/// <summary>An account, a market and a clock to try the engine on: keeps the ledger that its decisions make.</summary>
internal sealed class Desk
{
    public static readonly DateTimeOffset Start = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero); // a Tuesday

    private int _ids;

    public Desk(PositionMode mode = PositionMode.Hedging, string currency = "USD", decimal deposit = 10_000m, int leverage = 100,
        BrokerSettings? settings = null, IEnumerable<Instrument>? instruments = null)
    {
        Settings = settings ?? BrokerSettings.Default;
        Board = new MarketBoard(instruments ?? InstrumentCatalog.All);
        Append([new AccountOpened(Guid.Empty, "test", AccountKind.Paper, mode, currency, leverage)]);
        if (deposit > 0) Do(new AdjustBalance(deposit, BalanceReason.Deposit, "start")).Accepted.ShouldBeTrue();
    }

    public AccountState State { get; private set; } = AccountState.Empty;
    public MarketBoard Board { get; }
    public BrokerSettings Settings { get; set; }
    public DateTimeOffset Now { get; set; } = Start;
    public List<LedgerEntry> Ledger { get; } = [];
    public AccountFigures Figures => AccountFigures.Of(State, Board);
    public Position Only => State.Positions.Values.ShouldHaveSingleItem();

    public Guid NextId() => DeterministicId.FromNumbers(7, ++_ids);

    public void Append(IReadOnlyList<LedgerEvent> events)
    {
        foreach (var entry in AccountProjection.Entries(DeterministicId.FromNumbers(1, 1), State.Seq, events, Now))
        {
            State = State.Apply(entry);
            Ledger.Add(entry);
        }
    }

    public BrokerDecision Do(TradeCommand command)
    {
        var decision = BrokerEngine.Decide(State, command, Board, Settings, Now);
        Append(decision.Events);
        return decision;
    }

    /// <summary>Sets a price without asking the engine.</summary>
    public void Price(string symbol, decimal bid, decimal ask) => Board.Update(new Quote(symbol, bid, ask, Now));

    public IReadOnlyList<LedgerEvent> Quote(string symbol, decimal bid, decimal ask)
    {
        var quote = new Quote(symbol, bid, ask, Now);
        Board.Update(quote);
        var events = BrokerEngine.OnQuote(State, quote, Board, Settings, Now);
        Append(events);
        return events;
    }

    public IReadOnlyList<LedgerEvent> Time(DateTimeOffset now)
    {
        Now = now;
        var events = BrokerEngine.OnTime(State, Board, Settings, Now);
        Append(events);
        return events;
    }

    public PlaceOrder Order(Side side, decimal volume, string symbol = "EURUSD", OrderType type = OrderType.Market)
    {
        var id = NextId();
        return new PlaceOrder { OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = symbol, Side = side, Type = type, Volume = volume };
    }

    public BrokerDecision Market(Side side, decimal volume, string symbol = "EURUSD") => Do(Order(side, volume, symbol));

    public BrokerDecision Close(Guid positionId, decimal? volume = null)
    {
        var id = NextId();
        return Do(new ClosePosition(id, ClientOrderIds.ForOrder(id), positionId, volume));
    }
}
