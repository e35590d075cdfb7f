namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>An append on its way: waiting until a lane takes it, then the lane's to answer.</summary>
internal sealed class PendingAppend
{
    private const int Waiting = 0, Taken = 1, Cancelled = 2;

    private readonly TaskCompletionSource<AppendResult> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[]?[]? bodies;
    private int stage;

    /// <param name="queuedAt">When it joined the queue, as a timestamp.</param>
    public PendingAppend(LedgerAppend append, long queuedAt)
    {
        (Append, QueuedAt) = (append, queuedAt);
        // Serialised by the caller, who alone is told where that fails. The common kinds are the lane's to write: they cannot fail.
        var entries = append.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            if (!LedgerJsonWriter.Knows(entries[i].Event)) (bodies ??= new byte[entries.Count][])[i] = LedgerJson.Body(entries[i].Event);
        }
    }

    public LedgerAppend Append { get; }
    public long QueuedAt { get; }
    public long LastSeq => Append.ExpectedSeq + Append.Entries.Count;
    public Task<AppendResult> Answer => answer.Task;

    /// <summary>The body of an entry that <see cref="LedgerJsonWriter"/> does not know; null for the others.</summary>
    public byte[]? BodyOf(int entry) => bodies?[entry];

    /// <summary>True for the lane that may write it; false where it was cancelled before.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref stage, Taken, Waiting) == Waiting;

    /// <summary>Cancels it if no lane has it yet; afterwards only the database decides.</summary>
    public void Cancel(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref stage, Cancelled, Waiting) == Waiting) answer.TrySetCanceled(cancellation);
    }

    public void Succeed() => answer.TrySetResult(new AppendResult(Append.AccountId, LastSeq));

    public void Fail(Exception error) => answer.TrySetException(error);
}
