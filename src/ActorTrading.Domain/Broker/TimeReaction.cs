namespace ActorTrading.Domain;

/// <summary>What time alone does: orders expire, swap is charged.</summary>
internal static class TimeReaction
{
    public static void React(BrokerSession session)
    {
        List<Order>? expired = null;
        foreach (var (_, order) in session.State.Orders)
            if (order.ExpiresAt is { } at && at <= session.At) (expired ??= []).Add(order);
        if (expired is not null)
        {
            expired.Sort(QuoteReaction.Oldest);
            foreach (var order in expired) session.Emit(new OrderExpired(order.Id));
        }
        foreach (var swap in RolloverEngine.Due(session.State, session.Market, session.Settings, session.At)) session.Emit(swap);
        MarginReaction.EndCallWhenFlat(session);
    }
}
