using System.Collections.Immutable;

namespace ActorTrading.Domain;

public sealed partial record AccountState
{
    /// <summary>The state after one more entry. Pure: the same state and entry always give the same result.</summary>
    /// <exception cref="InvalidLedgerException">The entry cannot follow this state.</exception>
    public AccountState Apply(LedgerEntry entry) => Apply(entry, null);

    internal AccountState Apply(LedgerEntry entry, ChangeCollector? changes)
    {
        if (entry.Seq != Seq + 1)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"expected sequence {Seq + 1}");
        var opening = entry.Event is AccountOpened;
        if (opening != (Seq == 0))
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, opening ? "the account is already open" : $"{entry.Event.Kind} before accountOpened");
        if (!opening && entry.AccountId != AccountId)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"the state is that of account {AccountId}");

        var next = entry.Event switch
        {
            AccountOpened e => new AccountState
            {
                AccountId = entry.AccountId,
                UserId = e.UserId,
                Name = e.Name,
                Kind = e.AccountKind,
                Mode = e.Mode,
                Currency = e.Currency,
                Leverage = e.Leverage,
                IsOpen = true,
                Seq = entry.Seq,
            },
            AccountClosed e => e.LeavesPositions ? Leave(entry, changes) : this with { Seq = entry.Seq, IsOpen = false },
            BalanceAdjusted e => MoveMoney(entry, e),
            OrderSubmitted e => Submit(entry, e.Order, changes),
            OrderPlaced placed => Touch(entry, placed.OrderId, changes, placed, static (o, e) => o with
            {
                Status = o.FilledVolume > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Placed,
                BrokerTicket = e.BrokerTicket ?? o.BrokerTicket,
            }),
            OrderModified modified => Touch(entry, modified.OrderId, changes, modified, static (o, e) => o with
            {
                Price = e.Price,
                StopLimitPrice = e.StopLimitPrice,
                StopLoss = e.StopLoss,
                TakeProfit = e.TakeProfit,
                TrailingPoints = e.TrailingPoints,
                TimeInForce = e.TimeInForce,
                ExpiresAt = e.ExpiresAt,
            }),
            OrderStopTouched touched => Touch(entry, touched.OrderId, changes, touched, static (o, _) => o with { StopTouched = true }),
            OrderCancelled cancelled => Touch(entry, cancelled.OrderId, changes, cancelled, static (o, _) => o with { Status = OrderStatus.Cancelled }),
            OrderExpired expired => Touch(entry, expired.OrderId, changes, expired, static (o, _) => o with { Status = OrderStatus.Expired }),
            OrderRejected rejected => Touch(entry, rejected.OrderId, changes, rejected, static (o, e) => o with { Status = OrderStatus.Rejected, Retcode = e.Retcode, RejectMessage = e.Message }),
            OrderRetried retried => Touch(entry, retried.OrderId, changes, retried, static (o, e) => o with { Attempt = e.Attempt }),
            DealExecuted e => Book(entry, e.Deal, changes),
            PositionModified e => ModifyStops(entry, e, changes),
            PositionAdopted e => Adopt(entry, e.Position, changes),
            SwapCharged e => ChargeSwap(entry, e, changes),
            MarginCalled => this with { Seq = entry.Seq, InMarginCall = true },
            MarginRecovered => this with { Seq = entry.Seq, InMarginCall = false },
            StoppedOut => this with { Seq = entry.Seq },
            CopyDecided e => DecideCopy(entry, e, changes),
            RequestSubmitted or RequestSettled or TerminalReconciled => this with { Seq = entry.Seq },
            _ => throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"unknown kind {entry.Event.Kind}"),
        };
        return next.ApplyTerminal(entry.Event).WithCopying(this, entry);
    }

    /// <summary>The last entry of an account whose broker goes on alone: orders and positions are none of it any more, and a trade that was closed in part has had its last deal.</summary>
    private AccountState Leave(LedgerEntry entry, ChangeCollector? changes)
    {
        var books = new Books(Orders, RecentOrders, Positions, OpenTrades);
        foreach (var order in Orders.Values.OrderBy(o => o.Id))
        {
            var left = order with { Status = OrderStatus.Cancelled, RejectMessage = LeftMessage, UpdatedAt = entry.At };
            changes?.Order(left);
            books = Keep(books, left);
        }
        foreach (var id in Positions.Keys.Order())
            changes?.Removed(id);
        foreach (var trade in OpenTrades.Values.Where(t => t.ClosedVolume > 0m && !t.IsClosed).OrderBy(t => t.Id))
            changes?.Trade(trade with { ClosedAt = entry.At, CloseReason = DealReason.Broker });
        return this with
        {
            Seq = entry.Seq,
            IsOpen = false,
            Orders = books.Orders,
            RecentOrders = books.Recent,
            Positions = ImmutableDictionary<Guid, Position>.Empty,
            OpenTrades = ImmutableDictionary<Guid, Trade>.Empty,
            Requests = ImmutableDictionary<Guid, TerminalRequest>.Empty,
        };
    }

    private const string LeftMessage = "The account was removed here. What the broker had of this order stays there.";

    private AccountState Submit(LedgerEntry entry, Order order, ChangeCollector? changes)
    {
        if (Orders.ContainsKey(order.Id))
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"order {order.Id} was already submitted");
        if (RecentOrders.ContainsKey(order.ClientOrderId))
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"client order id {order.ClientOrderId} was already used");
        if (order.Volume <= 0 || order.FilledVolume != 0 || order.Status != OrderStatus.Submitted)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq,
                $"order {order.Id} begins with volume {order.Volume}, filled {order.FilledVolume}, status {order.Status}");

        changes?.Order(order);
        var recent = RecentOrders.Remember(order.ClientOrderId, new RecentOrder(order.Id, order.Status, null));
        return this with { Seq = entry.Seq, Orders = Orders.Add(order.Id, order), RecentOrders = recent };
    }

    private AccountState MoveMoney(LedgerEntry entry, BalanceAdjusted e)
    {
        var next = e.Reason == BalanceReason.Credit
            ? this with { Seq = entry.Seq, Credit = Credit + e.Amount }
            : this with { Seq = entry.Seq, Balance = Balance + e.Amount };
        // Commissions and fees are what trading costs.
        if (e.Reason is not (BalanceReason.Credit or BalanceReason.Commission or BalanceReason.Fee))
            next = next with { Transfers = Transfers + e.Amount };
        if (e.OperationId is not { } id) return next;
        var key = OperationKey(id);
        if (RecentOrders.ContainsKey(key))
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"money was already moved by operation {id}");
        return next with { RecentOrders = RecentOrders.Remember(key, new RecentOrder(id, OrderStatus.Filled, null)) };
    }

    /// <summary>Whether a movement of money is among the newest; an older one only the stored operations know.</summary>
    public bool Remembers(Guid operationId) => RecentOrders.ContainsKey(OperationKey(operationId));

    /// <summary>Under what a movement of money is remembered: longer than any client order id, so that the two never meet.</summary>
    internal static string OperationKey(Guid operationId) => $"operation:{operationId:N}";

    private AccountState Touch<T>(LedgerEntry entry, Guid orderId, ChangeCollector? changes, T happened, Func<Order, T, Order> change)
    {
        if (!Orders.TryGetValue(orderId, out var order))
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"{entry.Event.Kind} for order {orderId}, which is not live");
        var next = change(order, happened) with { UpdatedAt = entry.At };
        changes?.Order(next);
        var books = Forget(Keep(new Books(Orders, RecentOrders, Positions, OpenTrades), next), orderId);
        return this with { Seq = entry.Seq, Orders = books.Orders, RecentOrders = books.Recent, OpenTrades = books.Trades };
    }

    private AccountState ModifyStops(LedgerEntry entry, PositionModified e, ChangeCollector? changes)
    {
        var position = RequirePosition(entry, e.PositionId) with { StopLoss = e.StopLoss, TakeProfit = e.TakeProfit, TrailingPoints = e.TrailingPoints };
        changes?.Position(position);
        return this with { Seq = entry.Seq, Positions = Positions.SetItem(position.Id, position) };
    }

    private AccountState ChargeSwap(LedgerEntry entry, SwapCharged e, ChangeCollector? changes)
    {
        var position = RequirePosition(entry, e.PositionId);
        if (position.SwapChargedThrough >= e.TradingDay)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"swap of {e.TradingDay:yyyy-MM-dd} was already charged to position {position.Id}");
        position = position with { Swap = position.Swap + e.Amount, SwapChargedThrough = e.TradingDay };
        changes?.Position(position);
        return this with { Seq = entry.Seq, Positions = Positions.SetItem(position.Id, position) };
    }

    private AccountState DecideCopy(LedgerEntry entry, CopyDecided e, ChangeCollector? changes)
    {
        if (CopyCursors.TryGetValue(e.LinkId, out var last) && e.LeaderSeq <= last)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"leader entry {e.LeaderSeq} of link {e.LinkId} was already decided (cursor {last})");
        if (e.LeaderSeq != CopyDecided.EndSeq)
            changes?.Copy(entry, e);
        return this with { Seq = entry.Seq, CopyCursors = CopyCursors.SetItem(e.LinkId, e.LeaderSeq) };
    }

    private Position RequirePosition(LedgerEntry entry, Guid id) =>
        Positions.TryGetValue(id, out var position)
            ? position
            : throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"{entry.Event.Kind} for position {id}, which is not open");
}
