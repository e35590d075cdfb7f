namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>An append on its way: waiting until a lane takes it, then the lane's to answer.</summary>
internal sealed class PendingAppend
{
    private const int Waiting = 0, Taken = 1, Cancelled = 2;

    private readonly TaskCompletionSource<AppendResult> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int stage;

    /// <param name="queuedAt">When it joined the queue, as a timestamp.</param>
    public PendingAppend(LedgerAppend append, long queuedAt)
    {
        (Append, QueuedAt) = (append, queuedAt);
        // Serialised by the caller, so that the lane only copies bytes.
        Bodies = new byte[append.Entries.Count][];
        for (var i = 0; i < Bodies.Length; i++) Bodies[i] = LedgerJson.Body(append.Entries[i].Event);
    }

    public LedgerAppend Append { get; }
    public long QueuedAt { get; }
    public byte[][] Bodies { get; }
    public long LastSeq => Append.ExpectedSeq + Bodies.Length;
    public Task<AppendResult> Answer => answer.Task;

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
