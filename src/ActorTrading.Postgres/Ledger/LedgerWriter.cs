using ActorTrading.Postgres.Ledger.Writing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorTrading.Postgres;

public interface ILedgerWriter
{
    /// <summary>
    /// Makes the entries, their projections and whatever comes with them durable, all or nothing; answers when the commit is on disk.
    /// </summary>
    /// <param name="cancellation">Heeded until a lane has taken the append; from then on the database's answer is waited for, so that a cancelled append was surely not written.</param>
    /// <exception cref="ConflictException">Lost against something already durable; nothing was written.</exception>
    /// <exception cref="LedgerRefusedException">The database does not take what is in it; nothing was written.</exception>
    /// <exception cref="LedgerOverloadedException">Too many are waiting; nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">The server is away; its <see cref="StoreUnavailableException.OutcomeUnknown"/> tells whether to read the ledger before going on.</exception>
    /// <exception cref="ArgumentException">Not in order: numbering, another account's entry, projections of another sequence.</exception>
    Task<AppendResult> AppendAsync(LedgerAppend append, CancellationToken cancellation = default);
}

/// <summary>The process's one writer of account ledgers: gathers the appends of many accounts into few transactions.</summary>
public sealed class LedgerWriter : ILedgerWriter, IAsyncDisposable
{
    private readonly LedgerWriterOptions options;
    private readonly TimeProvider time;
    private readonly LedgerLane[] lanes;
    private volatile bool closed;
    private bool disposed;

    public LedgerWriter(PostgresOptions options, TimeProvider time, ILogger<LedgerWriter>? log = null)
    {
        this.options = options.Ledger;
        this.time = time;
        Require(this.options.Lanes, 1, 16, nameof(this.options.Lanes));
        Require(this.options.BatchAppends, 1, 10_000, nameof(this.options.BatchAppends));
        Require(this.options.BatchEntries, 1, int.MaxValue, nameof(this.options.BatchEntries));
        lanes = [.. Enumerable.Range(0, this.options.Lanes)
            .Select(_ => new LedgerLane(options.ConnectionString, this.options, time, log ?? NullLogger<LedgerWriter>.Instance))];
        LedgerMetrics.Add(this);
    }

    /// <summary>Appends waiting for a transaction, all lanes together.</summary>
    public int Waiting => lanes.Sum(lane => lane.Waiting);

    public Task<AppendResult> AppendAsync(LedgerAppend append, CancellationToken cancellation = default)
    {
        Check(append);
        ObjectDisposedException.ThrowIf(closed, this);
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<AppendResult>(cancellation);

        var pending = new PendingAppend(append, time.GetTimestamp());
        // Always the same lane for an account: its appends stay in order, and two lanes never wait for one another's rows.
        var lane = lanes[(append.AccountId.GetHashCode() & int.MaxValue) % lanes.Length];
        if (!lane.TryEnqueue(pending))
        {
            ObjectDisposedException.ThrowIf(closed, this);
            LedgerMetrics.Overloads.Add(1);
            throw new LedgerOverloadedException($"{lane.Waiting} appends are waiting for PostgreSQL, the most that are accepted. Try again later.");
        }
        return cancellation.CanBeCanceled ? AnswerAsync(pending, cancellation) : pending.Answer;
    }

    /// <summary>Commits what is waiting, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        // A container that knows the writer by two names disposes it twice.
        if (Interlocked.Exchange(ref disposed, true)) return;
        closed = true;
        LedgerMetrics.Remove(this);
        foreach (var lane in lanes) await lane.DisposeAsync();
    }

    private static async Task<AppendResult> AnswerAsync(PendingAppend pending, CancellationToken cancellation)
    {
        await using var registration = cancellation.UnsafeRegister(static (state, token) => ((PendingAppend)state!).Cancel(token), pending);
        return await pending.Answer;
    }

    private static void Require(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} to {most}.");
    }

    private void Check(LedgerAppend append)
    {
        var entries = append.Entries;
        if (entries.Count == 0) throw new ArgumentException("An append needs at least one entry.", nameof(append));
        if (entries.Count > options.EntriesPerAppend)
            throw new ArgumentException($"An append may hold {options.EntriesPerAppend} entries; this one has {entries.Count}.", nameof(append));
        if (append.ExpectedSeq < 0) throw new ArgumentException($"A sequence is never below 0; this one is {append.ExpectedSeq}.", nameof(append));
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].AccountId != append.AccountId)
                throw new ArgumentException($"Entry {entries[i].Seq} is of account {entries[i].AccountId}, the append of {append.AccountId}.", nameof(append));
            if (entries[i].Seq != append.ExpectedSeq + 1 + i)
                throw new ArgumentException($"Entry {i} has sequence {entries[i].Seq}; after {append.ExpectedSeq} it must be {append.ExpectedSeq + 1 + i}.", nameof(append));
        }
        if (append.Changes.Account.Seq != entries[^1].Seq)
            throw new ArgumentException($"The projections are those of sequence {append.Changes.Account.Seq}, the last entry is {entries[^1].Seq}.", nameof(append));
    }
}
