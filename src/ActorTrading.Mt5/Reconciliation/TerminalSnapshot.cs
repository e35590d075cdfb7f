using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>Volume held in one direction of one symbol, lots.</summary>
public sealed record Exposure(string Symbol, Side Side, decimal Volume);

/// <summary>
/// What a terminal holds, put together from four answers. On a hedging account the EA sends copies of one position where a
/// symbol has several; each ticket is here once, and <see cref="Unidentified"/> says what the deals show beyond.
/// </summary>
public sealed record TerminalSnapshot
{
    public required TerminalAccount Account { get; init; }

    /// <summary>By ticket, each once.</summary>
    public required ImmutableArray<TerminalPosition> Positions { get; init; }

    /// <summary>By ticket.</summary>
    public required ImmutableArray<TerminalOrder> Orders { get; init; }

    /// <summary>By ticket.</summary>
    public required ImmutableArray<TerminalDeal> Deals { get; init; }

    /// <summary>Symbols whose positions came as copies: some of theirs are hidden.</summary>
    public required ImmutableArray<string> SymbolsWithCopies { get; init; }

    /// <summary>What the deals say is held and no position shows. Empty on a sound terminal with its whole history.</summary>
    public required ImmutableArray<Exposure> Unidentified { get; init; }

    /// <summary>The account's tickets do not fit into the 32 bits that an answer has for them: no answered ticket can be believed.</summary>
    public bool HasWideTickets =>
        Positions.Any(p => p.Ticket > int.MaxValue) || Orders.Any(o => o.Ticket > int.MaxValue) || Deals.Any(d => d.Ticket > int.MaxValue);

    public bool PositionsAreComplete => SymbolsWithCopies.IsEmpty;

    public static TerminalSnapshot Create(TerminalAccount account, IReadOnlyList<TerminalPosition> positions, IReadOnlyList<TerminalOrder> orders,
        IReadOnlyList<TerminalDeal> deals)
    {
        var distinct = positions.DistinctBy(p => p.Ticket).OrderBy(p => p.Ticket).ToImmutableArray();
        var ordered = deals.DistinctBy(d => d.Ticket).OrderBy(d => d.Ticket).ToImmutableArray();
        return new TerminalSnapshot
        {
            Account = account,
            Positions = distinct,
            Orders = [.. orders.DistinctBy(o => o.Ticket).OrderBy(o => o.Ticket)],
            Deals = ordered,
            SymbolsWithCopies = [.. positions.GroupBy(p => p.Ticket).Where(g => g.Count() > 1).Select(g => g.First().Symbol).Distinct().Order(StringComparer.Ordinal)],
            Unidentified = DealFold.Beyond(DealFold.Held(ordered), distinct),
        };
    }

    /// <summary>
    /// Fills in, from an earlier snapshot, the positions that copies hide in this one, as far as the deals say that so much
    /// is still held.
    /// </summary>
    public TerminalSnapshot Recall(TerminalSnapshot earlier)
    {
        if (PositionsAreComplete)
            return this;
        var known = Positions.Select(p => p.Ticket).ToHashSet();
        var room = Unidentified.ToDictionary(e => (e.Symbol, e.Side), e => e.Volume);
        var recalled = new List<TerminalPosition>();
        foreach (var p in earlier.Positions)
        {
            if (known.Contains(p.Ticket) || !SymbolsWithCopies.Contains(p.Symbol))
                continue;
            if (!room.TryGetValue((p.Symbol, p.Side), out var left) || left < p.Volume)
                continue;
            room[(p.Symbol, p.Side)] = left - p.Volume;
            recalled.Add(p);
        }
        if (recalled.Count == 0)
            return this;
        ImmutableArray<TerminalPosition> all = [.. Positions.Concat(recalled).OrderBy(p => p.Ticket)];
        return this with { Positions = all, Unidentified = DealFold.Beyond(DealFold.Held(Deals), all) };
    }

    /// <summary>Whether both show the same positions, orders and deals; the account's money moves with every tick and is left out.</summary>
    public bool HoldsTheSameAs(TerminalSnapshot other) =>
        Positions.SequenceEqual(other.Positions) && Orders.SequenceEqual(other.Orders) && Deals.SequenceEqual(other.Deals)
        && Unidentified.SequenceEqual(other.Unidentified);
}

/// <summary>
/// Two equal snapshots in a row without a market order that is still being worked: nothing is on its way any more. Only from such a state
/// may "not executed" be concluded.
/// </summary>
public sealed record SettledSnapshot
{
    private SettledSnapshot(TerminalSnapshot snapshot) => Snapshot = snapshot;

    public TerminalSnapshot Snapshot { get; }

    /// <returns>Null while the two differ, or a market order is listed.</returns>
    public static SettledSnapshot? TryCreate(TerminalSnapshot previous, TerminalSnapshot current) =>
        previous.HoldsTheSameAs(current) && current.Orders.All(o => o.Type != OrderType.Market) ? new SettledSnapshot(current) : null;
}
