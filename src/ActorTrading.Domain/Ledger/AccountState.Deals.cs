using System.Collections.Immutable;

namespace ActorTrading.Domain;

public sealed partial record AccountState
{
    /// <summary>What a deal may change, so that its parts pass this on and the state is copied once.</summary>
    private readonly record struct Books(
        ImmutableDictionary<Guid, Order> Orders, RecentOrders Recent, ImmutableDictionary<Guid, Position> Positions, ImmutableDictionary<Guid, Trade> Trades);

    /// <summary>Digits to which volume-weighted averages are kept: two more than the finest price.</summary>
    private const int AverageDigits = 10;

    private AccountState Book(LedgerEntry entry, Deal deal, ChangeCollector? changes)
    {
        if (deal.Volume <= 0 || deal.Price <= 0)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"deal {deal.Id} has volume {deal.Volume} at price {deal.Price}");

        Orders.TryGetValue(deal.OrderId, out var order);
        var books = new Books(Orders, RecentOrders, Positions, OpenTrades);
        if (order is not null && CountsAsFill(order, deal)) books = Fill(books, entry, order, deal, changes);
        Positions.TryGetValue(deal.PositionId, out var position);
        books = deal.Entry switch
        {
            DealEntry.In when position is null => OpenPosition(books, entry, deal, order, deal.PositionId, deal.Volume, deal.Commission, changes),
            DealEntry.In => Enlarge(books, entry, deal, order, position, changes),
            _ when position is null => throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"deal {deal.Id} closes position {deal.PositionId}, which is not open"),
            DealEntry.InOut => Reverse(books, entry, deal, order, position, changes),
            _ => Reduce(books, entry, deal, position, deal.Volume, deal.Commission, changes),
        };
        if (order is not null) books = Forget(books, order.Id);
        return this with
        {
            Seq = entry.Seq,
            Balance = Balance + deal.Profit + deal.Commission + deal.Swap,
            Orders = books.Orders,
            RecentOrders = books.Recent,
            Positions = books.Positions,
            OpenTrades = books.Trades,
        };
    }

    // A close-by makes two deals of one order; the one on the other position is not a second fill.
    private static bool CountsAsFill(Order order, Deal deal) =>
        deal.Entry != DealEntry.OutBy || order.ClosesPositionId is null || order.ClosesPositionId == deal.PositionId;

    private static Books Fill(Books books, LedgerEntry entry, Order order, Deal deal, ChangeCollector? changes)
    {
        var filled = order.FilledVolume + deal.Volume;
        if (filled > order.Volume)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"deal {deal.Id} of {deal.Volume} lots fills order {order.Id} to {filled} of {order.Volume}");
        var next = order with
        {
            FilledVolume = filled,
            AveragePrice = Average(order.AveragePrice ?? 0m, order.FilledVolume, deal.Price, deal.Volume),
            Fills = order.Fills + 1,
            BrokerTicket = order.BrokerTicket ?? deal.OrderTicket,
            Status = filled == order.Volume ? OrderStatus.Filled : OrderStatus.PartiallyFilled,
            UpdatedAt = entry.At,
        };
        changes?.Order(next);
        return Keep(books, next);
    }

    /// <summary>A trade that is closed while its order may still fill is gone on with by that: it is kept until the order is final.</summary>
    private static Books Forget(Books books, Guid order) =>
        books.Orders.ContainsKey(order) || books.Trades.GetValueOrDefault(order) is not { IsClosed: true } ? books : books with { Trades = books.Trades.Remove(order) };

    /// <summary>Keeps a live order, forgets a final one but for the answer to a repetition of it.</summary>
    private static Books Keep(Books books, Order order) => order.IsFinal
        ? books with
        {
            Orders = books.Orders.Remove(order.Id),
            Recent = books.Recent.Change(order.ClientOrderId, new RecentOrder(order.Id, order.Status, order.Retcode)),
        }
        : books with { Orders = books.Orders.SetItem(order.Id, order) };

    private Books OpenPosition(Books books, LedgerEntry entry, Deal deal, Order? order, Guid id, decimal volume, decimal commission, ChangeCollector? changes)
    {
        if (Mode == PositionMode.Netting) RequireFlat(books.Positions, entry, deal.Symbol);
        var position = new Position
        {
            Id = id,
            Symbol = deal.Symbol,
            Side = deal.Side,
            Volume = volume,
            PeakVolume = volume,
            OpenPrice = deal.Price,
            Magic = order?.Magic,
            StopLoss = order?.StopLoss,
            TakeProfit = order?.TakeProfit,
            TrailingPoints = order?.TrailingPoints,
            Commission = commission,
            MarginRate = deal.MarginRate,
            OpenedAt = deal.Time,
            BrokerTicket = deal.OrderTicket ?? order?.BrokerTicket,
            Copy = order?.Copy,
            Comment = order?.Comment,
        };
        changes?.Position(position);
        return books with { Positions = books.Positions.Add(id, position), Trades = books.Trades.SetItem(id, Begun(books.Trades, position, changes)) };
    }

    /// <summary>A position's trade: a new one, or that of a position that was closed before its order had filled, which goes on.</summary>
    private static Trade Begun(ImmutableDictionary<Guid, Trade> trades, Position position, ChangeCollector? changes)
    {
        if (!trades.TryGetValue(position.Id, out var closed)) return Trade.JustOpened(position);
        var trade = closed with
        {
            OpenPrice = Average(closed.OpenPrice, closed.Volume, position.OpenPrice, position.Volume),
            Volume = closed.Volume + position.Volume,
            Commission = closed.Commission + position.Commission,
            ClosedAt = null,
            CloseReason = null,
        };
        changes?.Trade(trade);
        return trade;
    }

    // MetaTrader 5, netting: the levels of an order that adds replace those of the position, and none removes them.
    private static Books Enlarge(Books books, LedgerEntry entry, Deal deal, Order? order, Position position, ChangeCollector? changes)
    {
        if (deal.Side != position.Side || deal.Symbol != position.Symbol)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"deal {deal.Id} adds {deal.Side} {deal.Symbol} to position {position.Id}, which is {position.Side} {position.Symbol}");
        // Only its first fill sets levels: by a later one trailing or a hand may have moved them.
        var replaces = order is { Fills: 0 };
        var volume = position.Volume + deal.Volume;
        var next = position with
        {
            Volume = volume,
            GrownAt = deal.Time,
            PeakVolume = Math.Max(position.PeakVolume, volume),
            OpenPrice = Average(position.OpenPrice, position.Volume, deal.Price, deal.Volume),
            MarginRate = position.MarginRate is { } a && deal.MarginRate is { } b ? Average(a, position.Volume, b, deal.Volume) : null,
            Commission = position.Commission + deal.Commission,
            StopLoss = replaces ? order!.StopLoss : position.StopLoss,
            TakeProfit = replaces ? order!.TakeProfit : position.TakeProfit,
            TrailingPoints = replaces ? order!.TrailingPoints : position.TrailingPoints,
        };
        var trade = books.Trades[position.Id];
        trade = trade with
        {
            OpenPrice = Average(trade.OpenPrice, trade.Volume, deal.Price, deal.Volume),
            Volume = trade.Volume + deal.Volume,
            Profit = trade.Profit + deal.Profit,
            Commission = trade.Commission + deal.Commission,
            Swap = trade.Swap + deal.Swap,
            InitialStopLoss = trade.InitialStopLoss ?? order?.StopLoss,
        };
        changes?.Position(next);
        changes?.Trade(trade);
        return books with { Positions = books.Positions.SetItem(next.Id, next), Trades = books.Trades.SetItem(trade.Id, trade) };
    }

    private static Books Reduce(Books books, LedgerEntry entry, Deal deal, Position position, decimal volume, decimal commission, ChangeCollector? changes)
    {
        if (deal.Side == position.Side || deal.Symbol != position.Symbol || volume > position.Volume)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq,
                $"deal {deal.Id}, {deal.Side} {volume} {deal.Symbol}, cannot close position {position.Id}, {position.Side} {position.Volume} {position.Symbol}");

        var ends = volume == position.Volume;
        var trade = books.Trades[position.Id];
        trade = trade with
        {
            ClosePrice = Average(trade.ClosePrice ?? 0m, trade.ClosedVolume, deal.Price, volume),
            ClosedVolume = trade.ClosedVolume + volume,
            Profit = trade.Profit + deal.Profit,
            Commission = trade.Commission + commission,
            Swap = trade.Swap + deal.Swap,
            ClosedAt = ends ? deal.Time : trade.ClosedAt,
            CloseReason = ends ? deal.Reason : trade.CloseReason,
        };
        changes?.Trade(trade);
        if (!ends)
        {
            var next = position with
            {
                Volume = position.Volume - volume,
                Swap = position.Swap - deal.Swap,
                Commission = decimal.Round(position.Commission * (position.Volume - volume) / position.Volume, 8),
            };
            changes?.Position(next);
            return books with { Positions = books.Positions.SetItem(next.Id, next), Trades = books.Trades.SetItem(trade.Id, trade) };
        }
        changes?.Removed(position.Id);
        return books with
        {
            Positions = books.Positions.Remove(position.Id),
            Trades = books.Orders.ContainsKey(trade.Id) ? books.Trades.SetItem(trade.Id, trade) : books.Trades.Remove(trade.Id),
        };
    }

    private Books Reverse(Books books, LedgerEntry entry, Deal deal, Order? order, Position position, ChangeCollector? changes)
    {
        var opened = deal.Volume - position.Volume;
        if (opened <= 0)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"deal {deal.Id} of {deal.Volume} lots cannot reverse position {position.Id} of {position.Volume}");
        var closing = decimal.Round(deal.Commission * position.Volume / deal.Volume, 8);
        var reduced = Reduce(books, entry, deal, position, position.Volume, closing, changes);
        return OpenPosition(reduced, entry, deal, order, deal.OrderId, opened, deal.Commission - closing, changes);
    }

    private AccountState Adopt(LedgerEntry entry, Position position, ChangeCollector? changes)
    {
        if (Positions.ContainsKey(position.Id))
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"position {position.Id} is already known");
        if (position.Volume <= 0)
            throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"position {position.Id} has volume {position.Volume}");
        if (Mode == PositionMode.Netting) RequireFlat(Positions, entry, position.Symbol);
        position = position with { PeakVolume = Math.Max(position.PeakVolume, position.Volume) };
        changes?.Position(position);
        return this with { Seq = entry.Seq, Positions = Positions.Add(position.Id, position), OpenTrades = OpenTrades.SetItem(position.Id, Begun(OpenTrades, position, changes)) };
    }

    private static void RequireFlat(ImmutableDictionary<Guid, Position> positions, LedgerEntry entry, string symbol)
    {
        foreach (var (id, other) in positions)
            if (other.Symbol == symbol)
                throw new InvalidLedgerException(entry.AccountId, entry.Seq, $"a netting account already has position {id} in {symbol}");
    }

    private static decimal Average(decimal a, decimal weightA, decimal b, decimal weightB) =>
        weightA == 0 ? b : a == b ? a : decimal.Round((a * weightA + b * weightB) / (weightA + weightB), AverageDigits);
}
