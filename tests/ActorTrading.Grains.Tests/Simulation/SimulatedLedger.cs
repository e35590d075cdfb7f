using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>How often a simulated store fails, each from 0 to 1.</summary>
public sealed class StoreFaults
{
    /// <summary>A read fails.</summary>
    public double Reads { get; set; }

    /// <summary>A write fails and nothing was written.</summary>
    public double Refused { get; set; }

    /// <summary>A write is durable, yet its caller is told that nobody knows.</summary>
    public double LostAnswers { get; set; }

    /// <summary>A write has not been done, and its caller is told that nobody knows.</summary>
    public double LostWrites { get; set; }

    public void None() => Reads = Refused = LostAnswers = LostWrites = 0;
}

/// <summary>Answers after a short simulated time, from outside of any grain, as a database does: a caller that dies meanwhile does not take its write with it.</summary>
public sealed class SimulatedStore(TimeProvider clock, Random dice, SimulatedFaults chance)
{
    public StoreFaults Faults { get; } = new();

    public Task<T> ReadAsync<T>(Func<T> read) => SoonAsync(() => chance.Happens(Faults.Reads) ? throw Away(false) : read());

    public Task<T> WriteAsync<T>(Func<T> write) => SoonAsync(() =>
    {
        if (chance.Happens(Faults.Refused))
        {
            throw Away(false);
        }

        if (chance.Happens(Faults.LostWrites))
        {
            throw Away(true);
        }

        var result = write();
        return chance.Happens(Faults.LostAnswers) ? throw Away(true) : result;
    });

    private static StoreUnavailableException Away(bool unknown) => new("Simulated: the store is away.", null, unknown);

    private Task<T> SoonAsync<T>(Func<T> work)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer? timer = null;
        timer = clock.CreateTimer(_ =>
        {
            timer?.Dispose();
            try
            {
                answer.SetResult(work());
            }
            catch (Exception e)
            {
                answer.SetException(e);
            }
        }, null, TimeSpan.FromMilliseconds(dice.Next(4)), Timeout.InfiniteTimeSpan);
        return answer.Task;
    }
}

/// <summary>The ledger in memory, with the keys that the real one has, and the projection rows beside it.</summary>
public sealed class SimulatedLedger(SimulatedStore store) : ILedgerReader, ILedgerWriter, ISnapshotKeeper
{
    private readonly Dictionary<Guid, (long Seq, byte[] Body)> _snapshots = [];

    /// <summary>How often an account began with a snapshot.</summary>
    public int Restored { get; private set; }

    public void Offer(AccountState state)
    {
        state.Seq.ShouldBeLessThanOrEqualTo(EntriesOf(state.AccountId).Count, "what is not durable is not kept");
        _snapshots[state.AccountId] = (state.Seq, AccountSnapshot.Write(state));
    }

    public Task<(AccountState State, long SnapshotSeq)> RestoreAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default) => store.ReadAsync(() =>
    {
        var kept = _snapshots.TryGetValue(accountId, out var snapshot) && !(snapshot.Seq > upToSeq);
        Restored += kept ? 1 : 0;
        var state = kept ? AccountSnapshot.Read(snapshot.Body) : AccountState.Empty;
        var from = state.Seq;
        return (EntriesOf(accountId).Skip((int)from).TakeWhile(e => !(e.Seq > upToSeq)).Aggregate(state, (s, e) => s.Apply(e)), from);
    });

    private readonly Dictionary<Guid, SimulatedAccount> _accounts = [];

    public StoreFaults Faults => store.Faults;

    public IReadOnlyDictionary<Guid, SimulatedAccount> Accounts => _accounts;

    public Task<AppendResult> AppendAsync(LedgerAppend append, CancellationToken cancellation = default)
    {
        for (var i = 0; i < append.Entries.Count; i++)
        {
            append.Entries[i].Seq.ShouldBe(append.ExpectedSeq + 1 + i);
            append.Entries[i].AccountId.ShouldBe(append.AccountId);
        }

        append.Changes.Account.Seq.ShouldBe(append.Entries[^1].Seq);
        return store.WriteAsync(() => Commit(append));
    }

    public Task<IReadOnlyList<LedgerEntry>> ReadAsync(Guid accountId, long afterSeq, int limit = 500, CancellationToken cancellation = default) =>
        store.ReadAsync<IReadOnlyList<LedgerEntry>>(() => [.. EntriesOf(accountId).Skip((int)afterSeq).Take(limit)]);

    public Task<IReadOnlyList<LedgerEntry>> ReadAsUserAsync(Guid userId, Guid accountId, long afterSeq, int limit = 500, CancellationToken cancellation = default) =>
        ReadAsync(accountId, afterSeq, limit, cancellation);

    public async IAsyncEnumerable<LedgerEntry> StreamAsync(Guid accountId, long afterSeq = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var entry in await ReadAsync(accountId, afterSeq, int.MaxValue, cancellation))
        {
            yield return entry;
        }
    }

    public Task<long> HeadAsync(Guid accountId, CancellationToken cancellation = default) => store.ReadAsync(() => (long)EntriesOf(accountId).Count);

    public Task<LedgerEntry?> FindOperationAsync(Guid accountId, Guid operationId, CancellationToken cancellation = default) =>
        store.ReadAsync(() => EntriesOf(accountId).FirstOrDefault(e => e.Event is BalanceAdjusted { OperationId: { } id } && id == operationId));

    public async Task<AccountState> FoldAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default) =>
        (await RestoreAsync(accountId, upToSeq, cancellation)).State;

    public IReadOnlyList<LedgerEntry> EntriesOf(Guid accountId) => _accounts.TryGetValue(accountId, out var account) ? account.Entries : [];

    private AppendResult Commit(LedgerAppend append)
    {
        var account = _accounts.TryGetValue(append.AccountId, out var known) ? known : new SimulatedAccount();
        if (account.Entries.Count != append.ExpectedSeq)
        {
            throw new ConflictException(append.AccountId, LedgerConflict.Sequence, account.Entries.Count, "Simulated: somebody else appended.");
        }

        foreach (var entry in append.Entries)
        {
            if (entry.Event is CopyDecided copy && account.Entries.Any(e => e.Event is CopyDecided c && c.LinkId == copy.LinkId && c.LeaderSeq == copy.LeaderSeq))
            {
                throw new ConflictException(append.AccountId, LedgerConflict.CopyDecision, null, "Simulated: decided already.");
            }

            if (entry.Event is BalanceAdjusted { OperationId: { } id } && account.Entries.Any(e => e.Event is BalanceAdjusted { OperationId: { } known } && known == id))
            {
                throw new ConflictException(append.AccountId, LedgerConflict.Operation, null, "Simulated: that money was moved.");
            }

            if (entry.Event is OrderSubmitted { Order: var order }
                && account.Entries.Any(e => e.Event is OrderSubmitted s && (s.Order.ClientOrderId == order.ClientOrderId || s.Order.Id == order.Id)))
            {
                throw new ConflictException(append.AccountId, LedgerConflict.ClientOrderId, null, "Simulated: that order exists.");
            }
        }

        account.Write(append);
        _accounts[append.AccountId] = account;
        return new AppendResult(append.AccountId, account.Entries.Count);
    }
}

/// <summary>One account's entries and projection rows as they are stored.</summary>
public sealed class SimulatedAccount
{
    public List<LedgerEntry> Entries { get; } = [];

    public AccountState Row { get; private set; } = AccountState.Empty;

    public Dictionary<Guid, Order> Orders { get; } = [];

    public Dictionary<Guid, Position> Positions { get; } = [];

    public Dictionary<Guid, Trade> Trades { get; } = [];

    public List<CopyDecision> Copies { get; } = [];

    public List<Deal> Deals { get; } = [];

    internal void Write(LedgerAppend append)
    {
        var changes = append.Changes;
        var folded = AccountProjection.Fold(Row, append.Entries).Changes;
        JsonSerializer.Serialize(changes, DomainJson.Options).ShouldBe(JsonSerializer.Serialize(folded, DomainJson.Options), "what is written is what the entries make of the rows");
        Entries.AddRange(append.Entries);
        Row = changes.Account;
        foreach (var order in changes.Orders)
        {
            Orders[order.Id] = order;
        }

        foreach (var position in changes.Positions)
        {
            Positions[position.Id] = position;
        }

        foreach (var gone in changes.RemovedPositions)
        {
            Positions.Remove(gone);
        }

        foreach (var trade in changes.Trades)
        {
            Trades[trade.Id] = trade;
        }

        Copies.AddRange(changes.Copies);
        Deals.AddRange(append.Entries.Select(entry => entry.Event).OfType<DealExecuted>().Select(executed => executed.Deal));
    }
}
