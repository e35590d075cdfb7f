using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Trading;

/// <summary>An order as clients see it. Prices carry the symbol's digits.</summary>
/// <param name="FilledPrice">Volume-weighted mean of the fills.</param>
/// <param name="PositionId">The position that it opened, enlarged or reduced, where that is known.</param>
public sealed record OrderView(Guid Id, Guid AccountId, string ClientOrderId, OrderStatus Status, string Symbol, Side Side, OrderType Type,
    decimal Volume, decimal FilledVolume, decimal? FilledPrice, Guid? PositionId, decimal? Price, decimal? StopLimitPrice, decimal? StopLoss, decimal? TakeProfit,
    int? TrailingPoints, int? DeviationPoints, FillPolicy FillPolicy, TimeInForce TimeInForce, DateTimeOffset? ExpiresAt, string? Comment,
    string? RejectCode, string? RejectMessage, DealReason Reason, CopyView? Copy, long? BrokerTicket, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static OrderView Of(Guid accountId, Order o, Guid? positionId, IMarketView market)
    {
        var digits = market.Digits(o.Symbol);
        return new(o.Id, accountId, o.ClientOrderId, o.Status, o.Symbol, o.Side, o.Type, o.Volume, o.FilledVolume, Prices.WithDigits(o.AveragePrice, digits),
            positionId ?? o.ClosesPositionId, Prices.WithDigits(o.Price, digits), Prices.WithDigits(o.StopLimitPrice, digits),
            Prices.WithDigits(o.StopLoss, digits), Prices.WithDigits(o.TakeProfit, digits), o.TrailingPoints, o.DeviationPoints, o.FillPolicy, o.TimeInForce,
            o.ExpiresAt, o.Comment, o.Status == OrderStatus.Rejected && o.Retcode is { } retcode ? Contracts.RefusalCodes.Of(retcode) : null,
            o.RejectMessage, o.Reason, CopyView.Of(o.Copy), o.BrokerTicket, o.CreatedAt, o.UpdatedAt);
    }

    public static OrderView Of(Owned<Order> owned, IMarketView market) => Of(owned.AccountId, owned.Row, null, market);
}

/// <param name="CurrentPrice">The price that would close it now; null without a quote.</param>
/// <param name="Profit">Floating, in the account's currency, at the price that would close it; null where it cannot be valued.</param>
public sealed record PositionView(Guid Id, Guid AccountId, string Symbol, Side Side, decimal Volume, decimal OpenPrice, decimal? CurrentPrice, decimal? Profit,
    decimal? StopLoss, decimal? TakeProfit, int? TrailingPoints, decimal Swap, decimal Commission, DateTimeOffset OpenedAt, long? BrokerTicket,
    CopyView? Copy, string? Comment)
{
    public static PositionView Of(Owned<Position> owned, string? currency, IMarketView market)
    {
        var p = owned.Row;
        var digits = market.Digits(p.Symbol);
        var profit = currency is not null && ProfitCalculator.Floating(p, currency, market) is { } floating ? Currencies.Round(floating, currency) : (decimal?)null;
        return new(p.Id, owned.AccountId, p.Symbol, p.Side, p.Volume, Prices.WithDigits(p.OpenPrice, digits),
            Prices.WithDigits(market.LastQuote(p.Symbol)?.ClosePrice(p.Side), digits), profit, Prices.WithDigits(p.StopLoss, digits),
            Prices.WithDigits(p.TakeProfit, digits), p.TrailingPoints, p.Swap, p.Commission, p.OpenedAt, p.BrokerTicket, CopyView.Of(p.Copy), p.Comment);
    }
}

/// <summary>A round trip. <paramref name="NetProfit"/> is profit, commission and swap together, in the account's currency.</summary>
public sealed record TradeView(Guid Id, Guid AccountId, string Symbol, Side Side, decimal Volume, decimal ClosedVolume, decimal OpenPrice, decimal? ClosePrice,
    DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, decimal Profit, decimal Commission, decimal Swap, decimal NetProfit, decimal? InitialStopLoss,
    DealReason? CloseReason, CopyView? Copy, string? Comment)
{
    public static TradeView Of(Owned<Trade> owned, IMarketView market)
    {
        var t = owned.Row;
        var digits = market.Digits(t.Symbol);
        return new(t.Id, owned.AccountId, t.Symbol, t.Side, t.Volume, t.ClosedVolume, Prices.WithDigits(t.OpenPrice, digits), Prices.WithDigits(t.ClosePrice, digits),
            t.OpenedAt, t.ClosedAt, t.Profit, t.Commission, t.Swap, t.NetProfit, Prices.WithDigits(t.InitialStopLoss, digits), t.CloseReason, CopyView.Of(t.Copy), t.Comment);
    }
}

internal static class MarketViewExtensions
{
    /// <summary>Of a symbol that is not known any more: the usual five.</summary>
    public static int Digits(this IMarketView market, string symbol) => market.FindInstrument(symbol)?.Digits ?? 5;
}

/// <summary>The leader's trade behind a copy, and the link that it came by.</summary>
public sealed record CopyView(Guid LinkId, Guid LeaderAccountId, long LeaderSeq, Guid? LeaderPositionId, Guid? LeaderOrderId)
{
    public static CopyView? Of(CopyOrigin? copy) => copy is null ? null : new(copy.LinkId, copy.LeaderAccountId, copy.LeaderSeq, copy.LeaderPositionId, copy.LeaderOrderId);
}
