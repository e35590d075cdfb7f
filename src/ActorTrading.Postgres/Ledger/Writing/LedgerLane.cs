using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>
/// One connection that commits batch after batch. While one is under way the next gathers by itself, so that an idle lane answers at once and a busy
/// one commits many appends together. An account is at most once in a batch.
/// </summary>
internal sealed class LedgerLane : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A batch's mark is needed while its answer may be in doubt: minutes, so an hour is ample.</summary>
    private static readonly TimeSpan MarksKept = TimeSpan.FromHours(1);
    private const int CommitsBetweenSweeps = 1_000;

    private readonly LedgerWriterOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Channel<PendingAppend> queue;
    private readonly LaneConnection connection;
    private readonly BatchStatements statements = new();
    private readonly BatchDiagnosis diagnosis;
    private readonly List<PendingAppend> gathered;
    private readonly HashSet<Guid> accounts;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    /// <summary>Since when the server has been found away, and when last, as timestamps; null while it answers.</summary>
    private (long Since, long Last)? away;

    private int commits;

    public LedgerLane(string connectionString, LedgerWriterOptions options, TimeProvider time, ILogger log)
    {
        this.options = options;
        this.time = time;
        this.log = log;
        connection = new LaneConnection(connectionString, options.BatchTimeout);
        diagnosis = new BatchDiagnosis(connection);
        queue = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(options.QueuedAppends) { SingleReader = true });
        gathered = new List<PendingAppend>(options.BatchAppends);
        accounts = new HashSet<Guid>(options.BatchAppends);
        running = Task.Run(RunAsync);
    }

    public int Waiting => queue.Reader.Count;

    /// <summary>False where the lane's queue is full or the lane is being closed.</summary>
    public bool TryEnqueue(PendingAppend pending) => queue.Writer.TryWrite(pending);

    /// <summary>Commits what is waiting, then closes. While the server is away what waits is answered with an error instead.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        await running;
        await connection.DisposeAsync();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            Gather();
            if (gathered.Count == 0) continue;
            try
            {
                await CommitAsync(gathered);
            }
            catch (Exception error)
            {
                // Nothing is known to throw here; but a lane that ends would leave its accounts without an answer for ever.
                log.LogError(error, "A ledger batch of {Appends} appends failed unexpectedly", gathered.Count);
                await connection.DropAsync();
                foreach (var pending in gathered) pending.Fail(Faults.Unavailable(error, outcomeUnknown: true));
            }
        }
    }

    private void Gather()
    {
        gathered.Clear();
        accounts.Clear();
        var entries = 0;
        while (gathered.Count < options.BatchAppends && queue.Reader.TryPeek(out var next))
        {
            entries += next.Append.Entries.Count;
            if (entries > options.BatchEntries && gathered.Count > 0) break;
            // A second append of the same account builds on the first one: it waits for the next batch.
            if (!accounts.Add(next.Append.AccountId)) break;
            queue.Reader.TryRead(out _);
            if (next.TryTake()) gathered.Add(next);
        }
    }

    /// <summary>Answers every one of the appends: durable, refused, or (the server being away too long) not known or not written.</summary>
    private async Task CommitAsync(IReadOnlyList<PendingAppend> appends)
    {
        // The id is the batch's fence against itself: an attempt whose answer was lost has left it behind if it was committed,
        // and if the server is still at it, the next attempt waits for it at the unique key.
        var batchId = Guid.CreateVersion7(time.GetUtcNow());
        var inDoubt = false;
        var pause = ShortestPause;
        // Nobody has asked it for so long that it may have been back and gone again: these are given their whole time.
        if (away is { } known && time.GetElapsedTime(known.Last) >= options.RetryFor) away = null;
        while (true)
        {
            var (connected, sent) = (false, false);
            try
            {
                var open = await connection.GetAsync(CancellationToken.None);
                connected = true;
                await using var batch = statements.Build(open, batchId, appends);
                sent = true;
                var started = time.GetTimestamp();
                await batch.ExecuteNonQueryAsync();
                Answer(appends);
                LedgerMetrics.BatchAppends.Record(appends.Count);
                LedgerMetrics.BatchSeconds.Record(time.GetElapsedTime(started).TotalSeconds);
                if (++commits % CommitsBetweenSweeps == 0) await SweepAsync(open);
                return;
            }
            catch (PostgresException error) when (inDoubt && Faults.IsUniqueViolation(error, BatchStatements.CommitsKey))
            {
                log.LogInformation("A ledger batch of {Appends} appends had been committed before its connection was lost", appends.Count);
                Answer(appends);
                return;
            }
            catch (Exception error) when (Faults.IsBroken(error))
            {
                log.LogError(error, "PostgreSQL cannot store: {Appends} appends are refused", appends.Count);
                if (Faults.IsReadOnly(error)) await connection.DropAsync();
                FailAll(appends, Faults.Unavailable(error, inDoubt));
                return;
            }
            catch (Exception error) when (!connected || Faults.IsUnavailable(error))
            {
                inDoubt |= sent && Faults.IsConnectionLost(error);
                if (Faults.IsConnectionLost(error)) await connection.DropAsync();
                var now = time.GetTimestamp();
                var since = away?.Since ?? now;
                away = (since, now);
                if (time.GetElapsedTime(since, now) >= options.RetryFor || stopping.IsCancellationRequested)
                {
                    log.LogError(error, "PostgreSQL is away: {Appends} appends are answered as {Outcome}", appends.Count, inDoubt ? "unknown" : "not written");
                    FailAll(appends, Faults.Unavailable(error, inDoubt));
                    return;
                }
                log.LogWarning("A ledger batch of {Appends} appends is tried again in {Pause}: {Reason}", appends.Count, pause, error.Message);
            }
            catch (Exception error) when (!inDoubt && (!sent || Faults.IsUnsendable(error)))
            {
                // Nothing has gone out; but what the connection makes of it is not for us to know.
                await connection.DropAsync();
                await DivideAsync(appends, error);
                return;
            }
            catch (PostgresException error)
            {
                await DivideAsync(appends, error);
                return;
            }
            LedgerMetrics.Retries.Add(1);
            await PauseAsync(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Answer(IReadOnlyList<PendingAppend> appends)
    {
        away = null;
        var now = time.GetTimestamp();
        foreach (var pending in appends)
        {
            LedgerMetrics.CommitSeconds.Record(time.GetElapsedTime(pending.QueuedAt, now).TotalSeconds);
            pending.Succeed();
        }
    }

    /// <summary>
    /// The server refused the batch for what is in it and rolled it back, or it could not even be sent. Those that are at fault are answered so; the
    /// others are committed without them.
    /// </summary>
    private async Task DivideAsync(IReadOnlyList<PendingAppend> appends, Exception error)
    {
        away = null;
        if (appends.Count == 1)
        {
            LedgerMetrics.Refused.Add(1);
            appends[0].Fail(await diagnosis.ExplainAsync(appends[0], error));
            return;
        }
        if (await diagnosis.FindMisplacedAsync(appends) is { Count: > 0 } misplaced)
        {
            LedgerMetrics.Refused.Add(misplaced.Count);
            foreach (var (pending, conflict) in misplaced) pending.Fail(conflict);
            var rest = appends.Where(pending => !misplaced.ContainsKey(pending)).ToList();
            if (rest.Count > 0) await CommitAsync(rest);
            return;
        }
        // Something else is in there that the server does not take: halve until it stands alone.
        await CommitAsync([.. appends.Take(appends.Count / 2)]);
        await CommitAsync([.. appends.Skip(appends.Count / 2)]);
    }

    private static void FailAll(IReadOnlyList<PendingAppend> appends, Exception error)
    {
        LedgerMetrics.Unavailable.Add(appends.Count);
        foreach (var pending in appends) pending.Fail(error);
    }

    /// <summary>Forgets old marks; where it fails the next sweep does it.</summary>
    private async Task SweepAsync(NpgsqlConnection open)
    {
        try
        {
            // Batch ids begin with their time, so the key's own index finds the old ones.
            await using var sweep = new NpgsqlCommand("DELETE FROM ledger_commits WHERE batch_id < $1", open);
            sweep.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(time.GetUtcNow() - MarksKept) });
            await sweep.ExecuteNonQueryAsync();
        }
        catch (Exception error) when (error is PostgresException || Faults.IsUnavailable(error))
        {
            log.LogWarning("Old batch marks could not be deleted: {Reason}", error.Message);
            await connection.DropAsync();
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, time, stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Closing: the next attempt is the last one.
        }
    }
}
