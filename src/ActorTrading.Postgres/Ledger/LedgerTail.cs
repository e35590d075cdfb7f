using ActorTrading.Domain;

namespace ActorTrading.Postgres;

/// <summary>
/// Follows one account's ledger from a sequence on. What is pushed is only a hint that there is more: entries that follow are taken as they are, known
/// ones are dropped, and after a gap the ledger is read. Not thread-safe.
/// </summary>
/// <param name="afterSeq">The last sequence known.</param>
public sealed class LedgerTail(ILedgerReader reader, Guid accountId, long afterSeq)
{
    private const int PageSize = 1_000;

    /// <summary>The last sequence handed out.</summary>
    public long Seq { get; private set; } = afterSeq;

    /// <summary>What is new in a hint, after reading whatever it leaves out; in order, without a gap or a repetition.</summary>
    /// <param name="hint">Entries of this account in order; may be empty, old, or far ahead.</param>
    public async Task<IReadOnlyList<LedgerEntry>> TakeAsync(IReadOnlyList<LedgerEntry> hint, CancellationToken cancellation = default)
    {
        var known = 0;
        while (known < hint.Count && hint[known].Seq <= Seq) known++;
        if (known == hint.Count) return [];
        if (hint[known].Seq != Seq + 1) return await CatchUpAsync(cancellation);
        Seq = hint[^1].Seq;
        return known == 0 ? hint : [.. hint.Skip(known)];
    }

    /// <summary>Everything after <see cref="Seq"/>, at most 1,000 entries; call again until it is empty.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> CatchUpAsync(CancellationToken cancellation = default)
    {
        var entries = await reader.ReadAsync(accountId, Seq, PageSize, cancellation);
        if (entries.Count > 0) Seq = entries[^1].Seq;
        return entries;
    }
}
