namespace ActorTrading.Postgres;

public enum LedgerConflict
{
    /// <summary>The account is at another sequence: somebody else appended. Read the ledger again.</summary>
    Sequence,

    /// <summary>The follower link has already decided this leader entry.</summary>
    CopyDecision,

    /// <summary>The account has already had an order with this client order id, or this id.</summary>
    ClientOrderId,

    /// <summary>The account has already made this movement of money.</summary>
    Operation,
}

/// <summary>The append lost against one that is already durable. Nothing of it was written.</summary>
public sealed class ConflictException(Guid accountId, LedgerConflict conflict, long? actualSeq, string message) : Exception(message)
{
    public Guid AccountId { get; } = accountId;
    public LedgerConflict Conflict { get; } = conflict;

    /// <summary>The account's sequence as it is, for <see cref="LedgerConflict.Sequence"/>.</summary>
    public long? ActualSeq { get; } = actualSeq;
}

/// <summary>The database refuses this append for what is in it (an unknown account, a text with a NUL). Nothing of it was written; repeating it will fail again.</summary>
public sealed class LedgerRefusedException(Guid accountId, string message, Exception? inner = null) : Exception(message, inner)
{
    public Guid AccountId { get; } = accountId;
}

/// <summary>More appends are waiting than the writer accepts. Nothing of this one was written; try later.</summary>
public sealed class LedgerOverloadedException(string message) : Exception(message);
