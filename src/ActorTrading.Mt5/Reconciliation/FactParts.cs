using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Cuts what a comparison has found into parts that are written one after the other. A ledger knows deals by the newest only: where it
/// has one part and not the next, the fills that older deals account for must be confirmed with it, or those deals would be looked for in vain.
/// </summary>
public static class FactParts
{
    /// <summary>Most facts lead to one entry of the ledger or two, so a part stays far below what an append takes.</summary>
    public const int FactsMax = 200;

    /// <param name="books">Null for the first comparison, which books no deals and counts only as a whole.</param>
    /// <param name="awaited">Fills among the facts whose deals are still to come.</param>
    internal static ImmutableArray<ImmutableArray<TerminalFact>> Of(IReadOnlyList<TerminalFact> facts, TwoBooks? books, IReadOnlyList<Guid> awaited, DateTimeOffset now)
    {
        var parts = facts.Chunk(FactsMax).Select(ImmutableArray.Create).ToImmutableArray();
        if (books is null)
        {
            return parts;
        }

        var newest = 0L;
        return [.. parts.Select((part, i) =>
        {
            newest = Math.Max(newest, part.Max(f => f.DealTicket) ?? 0);
            return i == parts.Length - 1 ? part : part.Add(AgreedUpTo(newest, [.. books.Unconfirmed(newest, now), .. awaited], now));
        })];
    }

    private static TerminalFact AgreedUpTo(long deal, IReadOnlyList<Guid> unconfirmed, DateTimeOffset now) => new()
    {
        Kind = TerminalFactKind.Reconciled,
        DealTicket = deal,
        Unconfirmed = unconfirmed.Count > 0 ? unconfirmed : null,
        At = now,
    };
}
