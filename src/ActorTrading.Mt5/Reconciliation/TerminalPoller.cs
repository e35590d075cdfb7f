namespace ActorTrading.Mt5;

/// <summary>
/// Asks a terminal again and again what it holds and tells the differences. Positions, orders and balance are asked for each
/// time; the history, which cannot be asked for in part, when one of them has changed or it has not been for a while.
/// </summary>
public sealed class TerminalPoller(Mt5TerminalClient client, TimeProvider time, TimeSpan interval, TimeSpan historyInterval,
    Func<TerminalSnapshot, IReadOnlyList<TerminalChange>, Task> changed)
{
    private readonly SemaphoreSlim _hint = new(0, 1);
    private TerminalBalance? _balance;
    private long _historyAt;

    /// <summary>The newest state; null before the first.</summary>
    public TerminalSnapshot? Last { get; private set; }

    /// <summary>Something has happened: look now and not at the next turn. Any thread.</summary>
    public void Hint()
    {
        try { _hint.Release(); }
        catch (SemaphoreFullException) { } // hinted already
    }

    /// <summary>Starts from a state that is known from elsewhere, so that the first turn tells what has changed since.</summary>
    public void StartFrom(TerminalSnapshot known) => Last = known;

    /// <summary>Polls until cancelled. What a question throws for an absent terminal is waited out.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await client.WaitUntilOnlineAsync(cancellation).ConfigureAwait(false);
            try
            {
                await PollAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (TerminalFaults.IsUnanswered(e))
            {
                // The client has told it as a state or a fault; the next turn asks again.
            }
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var delay = Task.Delay(interval, time, pause.Token);
            await Task.WhenAny(delay, _hint.WaitAsync(pause.Token)).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>One turn: tells what has changed since the last, and returns it.</summary>
    public async Task<IReadOnlyList<TerminalChange>> PollAsync(CancellationToken cancellation)
    {
        if (Last is { PositionsAreComplete: true } last && _balance is not null && time.GetElapsedTime(_historyAt) < historyInterval
            && await IsUnchangedAsync(last, cancellation).ConfigureAwait(false))
            return [];
        var snapshot = await client.GetSnapshotAsync(cancellation).ConfigureAwait(false);
        if (Last is { } previous)
            snapshot = snapshot.Recall(previous);
        IReadOnlyList<TerminalChange> changes = Last is null ? [] : SnapshotDiff.Compute(Last, snapshot);
        // Told before it counts as known: changes whose handling failed are told again.
        if (changes.Count > 0)
            await changed(snapshot, changes).ConfigureAwait(false);
        Last = snapshot;
        _balance = new TerminalBalance(snapshot.Account.Balance, 0, 0, 0);
        _historyAt = time.GetTimestamp();
        return changes;
    }

    private async Task<bool> IsUnchangedAsync(TerminalSnapshot last, CancellationToken cancellation)
    {
        var balance = client.GetBalanceAsync(cancellation);
        var orders = client.GetOrdersAsync(cancellation);
        var positions = client.GetPositionsAsync(cancellation);
        await Task.WhenAll(balance, orders, positions).ConfigureAwait(false);
        return (await balance.ConfigureAwait(false)).Balance == _balance!.Balance
            && (await orders.ConfigureAwait(false)).OrderBy(o => o.Ticket).SequenceEqual(last.Orders)
            && (await positions.ConfigureAwait(false)).OrderBy(p => p.Ticket).SequenceEqual(last.Positions);
    }
}
