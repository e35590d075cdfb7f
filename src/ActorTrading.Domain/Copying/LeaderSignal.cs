namespace ActorTrading.Domain;

/// <summary>What a leader has opened, or wants opened by a pending order. Prices in the quote currency, volume in lots.</summary>
/// <param name="Price">The leader's entry, or the pending order's price.</param>
/// <param name="OrderId">The pending order that it is or came of; null for a market order.</param>
/// <param name="Time">When it happened at the leader's broker, UTC.</param>
/// <param name="Magic">Number of the expert advisor that made the leader's trade at the terminal; 0 by hand, by us or where unknown.</param>
/// <param name="Source">Of a leader's trade that is itself copied: what it copies.</param>
internal readonly record struct LeaderSignal(string Symbol, Side Side, decimal Volume, decimal Price, Guid PositionId, Guid? OrderId,
    decimal? StopLoss, decimal? TakeProfit, DateTimeOffset Time, long Magic, CopyOrigin? Source)
{
    public static LeaderSignal Of(CopyContext context, Position position) =>
        new(position.Symbol, position.Side, position.Volume, position.OpenPrice, position.Id, null, position.StopLoss, position.TakeProfit,
            position.OpenedAt, position.Magic ?? 0, position.Copy);

    /// <param name="volume">What of the deal opens.</param>
    /// <param name="positionId">The position that it opens or enlarges.</param>
    public static LeaderSignal Of(CopyContext context, Deal deal, decimal volume, Guid positionId)
    {
        var order = context.LeaderBefore.Orders.GetValueOrDefault(deal.OrderId);
        var position = context.LeaderAfter.Positions.GetValueOrDefault(positionId);
        return new(deal.Symbol, deal.Side, volume, deal.Price, positionId, order is { IsPending: true } ? order.Id : null,
            position?.StopLoss ?? order?.StopLoss, position?.TakeProfit ?? order?.TakeProfit, deal.Time,
            order is null ? position?.Magic ?? 0 : order.Magic ?? 0, order?.Copy);
    }

    /// <summary>
    /// The signal's age: since its entry was decided here, and before that since it happened at the leader's broker. So a trade
    /// that was found late (a terminal was away) is late.
    /// </summary>
    /// <remarks>
    /// How late it was found is told by our clock and by the market's, and the smaller counts: in a market that is replayed from
    /// the past, or faster than life, one of the two is far off.
    /// </remarks>
    public TimeSpan Age(CopyContext context)
    {
        var entry = context.LeaderEntry.At;
        var found = entry - Time;
        if (context.LeaderMarket.LastQuote(Symbol) is { } quote && quote.Time - Time < found)
            found = quote.Time - Time;
        return context.Now - entry + (found > TimeSpan.Zero ? found : TimeSpan.Zero);
    }
}
