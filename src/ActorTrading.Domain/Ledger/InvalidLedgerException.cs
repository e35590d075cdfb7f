namespace ActorTrading.Domain;

/// <summary>
/// A ledger entry that cannot follow the state it was applied to: a gap in the sequence, a fill beyond the volume, a close of what is
/// not there. Thrown before anything is changed, so that such an entry is never stored.
/// </summary>
public sealed class InvalidLedgerException(Guid accountId, long seq, string message)
    : Exception($"Account {accountId}, ledger entry {seq}: {message}")
{
    public Guid AccountId { get; } = accountId;

    public long Seq { get; } = seq;
}
