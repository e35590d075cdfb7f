using ActorTrading.Domain;

namespace ActorTrading.Postgres.Tests.Ledger;

/// <summary>An account that a test moves along, and the appends that do it.</summary>
public sealed class TestAccount(Guid id, Guid userId)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private int orders;

    public Guid Id { get; } = id;
    public AccountState State { get; set; } = AccountState.Empty;

    public LedgerAppend Open(decimal deposit = 10_000m) => Next(
        new AccountOpened(userId, "Test", AccountKind.Paper, PositionMode.Hedging, "USD", 100),
        new BalanceAdjusted(deposit, BalanceReason.Deposit, "first"));

    public LedgerAppend Deposit(decimal amount = 1m) => Next(new BalanceAdjusted(amount, BalanceReason.Deposit, "more"));

    /// <summary>A market order that fills at once: two entries; an order and a position.</summary>
    public LedgerAppend Buy(CopyOrigin? copy = null, string? clientOrderId = null, string? comment = null)
    {
        var order = new Order
        {
            Id = Guid.NewGuid(),
            ClientOrderId = clientOrderId ?? $"c{++orders}",
            Symbol = "EURUSD",
            Side = Side.Buy,
            Type = OrderType.Market,
            Volume = 0.10m,
            StopLoss = 1.09m,
            TakeProfit = 1.12m,
            Status = OrderStatus.Submitted,
            CreatedAt = Start,
            UpdatedAt = Start,
            Copy = copy,
            Comment = comment,
        };
        var deal = new Deal
        {
            Id = Guid.NewGuid(),
            OrderId = order.Id,
            PositionId = order.Id,
            Symbol = order.Symbol,
            Side = order.Side,
            Entry = DealEntry.In,
            Volume = order.Volume,
            Price = 1.10005m,
            Commission = -0.35m,
            Time = Start,
        };
        return Next(new OrderSubmitted(order), new DealExecuted(deal));
    }

    /// <summary>Closes everything that is open at a profit.</summary>
    public LedgerAppend CloseAll() => Next([.. State.Positions.Values.SelectMany(position => Closing(position, position.Volume))]);

    /// <summary>Closes a part.</summary>
    public LedgerAppend Reduce(Guid positionId, decimal volume) => Next(Closing(State.Positions[positionId], volume));

    private LedgerEvent[] Closing(Position position, decimal volume)
    {
        var order = new Order
        {
            Id = Guid.NewGuid(), ClientOrderId = $"c{++orders}", Symbol = position.Symbol, Side = Side.Sell, Type = OrderType.Market, Volume = volume,
            Status = OrderStatus.Submitted, CreatedAt = Start, UpdatedAt = Start, ClosesPositionId = position.Id,
        };
        var deal = new Deal
        {
            Id = Guid.NewGuid(), OrderId = order.Id, PositionId = position.Id, Symbol = order.Symbol, Side = order.Side, Entry = DealEntry.Out,
            Volume = order.Volume, Price = 1.11m, Profit = 99.50m, Time = Start,
        };
        return [new OrderSubmitted(order), new DealExecuted(deal)];
    }

    public LedgerAppend Copied(Guid link, long leaderSeq) => Next(
        new CopyDecided(link, Guid.Empty, leaderSeq, CopyOutcome.Copied, null, "0.10 lots", [Guid.NewGuid(), Guid.NewGuid()], Start));

    public LedgerAppend Next(params LedgerEvent[] events)
    {
        var entries = AccountProjection.Entries(Id, State.Seq, events, Start.AddSeconds(State.Seq));
        var (_, changes) = AccountProjection.Fold(State, entries);
        return new LedgerAppend { AccountId = Id, ExpectedSeq = State.Seq, Entries = entries, Changes = changes };
    }

    public async Task<AppendResult> DoAsync(ILedgerWriter writer, LedgerAppend append)
    {
        var result = await writer.AppendAsync(append);
        State = append.Changes.Account;
        return result;
    }
}
