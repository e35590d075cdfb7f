namespace ActorTrading.Mt5;

/// <summary>Which deals made a volume: the terminal tells neither their order nor their position.</summary>
internal static class DealParts
{
    /// <param name="deals">By ticket.</param>
    /// <param name="price">A single deal at this price comes before another single one.</param>
    /// <returns>One deal of exactly this volume, else the oldest that come to it together; none where none do.</returns>
    public static IReadOnlyList<TerminalDeal> Of(IReadOnlyCollection<TerminalDeal> deals, decimal volume, decimal? price = null)
    {
        if (volume <= 0m)
        {
            return [];
        }

        var whole = deals.Where(d => d.Volume == volume).ToList();
        if ((whole.Find(d => price is { } p && PriceMatch.Same(d.Price, p)) ?? whole.FirstOrDefault()) is { } single)
        {
            return [single];
        }

        var parts = UpTo(deals, volume);
        return parts.Sum(d => d.Volume) == volume ? parts : [];
    }

    /// <summary>The oldest deals that together do not exceed a volume.</summary>
    public static IReadOnlyList<TerminalDeal> UpTo(IEnumerable<TerminalDeal> deals, decimal volume)
    {
        var parts = new List<TerminalDeal>();
        foreach (var part in deals)
        {
            if (part.Volume <= volume)
            {
                parts.Add(part);
                volume -= part.Volume;
            }
        }

        return parts;
    }

    /// <summary>Volume-weighted price; 0 for none.</summary>
    public static decimal Price(IReadOnlyCollection<TerminalDeal> deals) =>
        deals.Count switch
        {
            0 => 0m,
            1 => deals.First().Price,
            _ => deals.Sum(d => d.Price * d.Volume) / deals.Sum(d => d.Volume),
        };
}
