using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>When accounts are kept as snapshots.</summary>
/// <param name="Every">After this many entries. Reading so many takes some tens of milliseconds; writing a snapshot costs about as much as a few orders.</param>
/// <param name="AtLeast">Where the activation ends: fewer are not worth it.</param>
public sealed record SnapshotSettings(int Every, int AtLeast)
{
    public static SnapshotSettings Default { get; } = new(2_000, 200);
}

/// <summary>Takes accounts' states to be written some time, off their way. May forget any: the ledger has it all.</summary>
public interface ISnapshotKeeper
{
    /// <summary>Returns at once.</summary>
    void Offer(AccountState state);
}

/// <summary>The process's one writer of snapshots: one at a time, the newest of each account, so that it never competes for the database.</summary>
public sealed class SnapshotKeeper(ISnapshotStore store, ILogger<SnapshotKeeper> log) : ISnapshotKeeper, IAsyncDisposable
{
    /// <summary>Accounts that may wait; beyond it one is not kept this time.</summary>
    public const int WaitingMax = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, AccountState> _waiting = [];
    private readonly Queue<Guid> _order = new();
    private Task _writing = Task.CompletedTask;
    private bool _busy;
    private bool _closed;

    public void Offer(AccountState state)
    {
        lock (_lock)
        {
            if (_closed || (_order.Count >= WaitingMax && !_waiting.ContainsKey(state.AccountId)))
            {
                return;
            }

            if (!_waiting.ContainsKey(state.AccountId))
            {
                _order.Enqueue(state.AccountId);
            }

            _waiting[state.AccountId] = state;
            if (!_busy)
            {
                _busy = true;
                _writing = Task.Run(WriteAllAsync);
            }
        }
    }

    /// <summary>Ends with what is being written; the rest is left to the ledger.</summary>
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_lock)
        {
            _closed = true;
            _waiting.Clear();
            _order.Clear();
            writing = _writing;
        }

        await writing.ConfigureAwait(false);
    }

    private async Task WriteAllAsync()
    {
        while (true)
        {
            AccountState state;
            lock (_lock)
            {
                if (!_order.TryDequeue(out var id))
                {
                    _busy = false;
                    return;
                }

                _waiting.Remove(id, out state!);
            }

            try
            {
                await store.SaveAsync(state).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                log.LogWarning("Account {AccountId} was not kept as a snapshot at {Seq}, its ledger is folded instead: {Reason}", state.AccountId, state.Seq, e.Message);
            }
        }
    }
}
