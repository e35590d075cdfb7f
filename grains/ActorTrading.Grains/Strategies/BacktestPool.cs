using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>
/// This process's threads for backtests, apart from those that serve grains: a script computes for seconds, and a grain's turn must
/// not. They start with the first job.
/// </summary>
public sealed class BacktestPool(BacktestSettings settings, ILogger<BacktestPool> log) : IDisposable
{
    /// <summary>Compiled scripts and their compiler nest deeper than a thread's usual megabyte allows.</summary>
    private const int StackBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly FairQueue<Job> _queue = new(settings.RunningPerUserMax);
    private readonly Dictionary<Guid, Job> _jobs = [];
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];

    /// <summary>Whether another of the user's may be taken on. Those that come at the same instant may exceed the limit by as many.</summary>
    public bool HasRoom(Guid user)
    {
        lock (_gate)
        {
            return _queue.Count < settings.WaitingMax && _queue.CountOf(user) < settings.UnfinishedPerUserMax;
        }
    }

    /// <summary>Queues a job; what is durable is always taken. False where it waits or runs already.</summary>
    /// <param name="run">Runs on a worker's thread; gets the token that <see cref="Cancel"/> and <see cref="Stop"/> set.</param>
    public bool TryAdd(Guid user, Guid id, Action<CancellationToken> run)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested || _jobs.ContainsKey(id))
            {
                return false;
            }

            var job = new Job(id, run, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
            _jobs.Add(id, job);
            _queue.Add(user, job);
            if (_threads.Count < settings.Workers)
            {
                var thread = new Thread(Work, StackBytes) { IsBackground = true, Priority = ThreadPriority.BelowNormal, Name = $"Backtests {_threads.Count + 1}" };
                _threads.Add(thread);
                thread.Start();
            }
        }

        _work.Release();
        return true;
    }

    /// <summary>Takes it out of the queue, or stops it at its next look.</summary>
    public void Cancel(Guid user, Guid id)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(id, out var job))
            {
                return;
            }

            job.Stop.Cancel();
            if (_queue.Remove(user, job))
            {
                Forget(job);
            }
        }
    }

    /// <summary>Stops everything and waits for the threads, ten seconds at most.</summary>
    public void Stop()
    {
        Thread[] threads;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            threads = [.. _threads];
            _stop.Cancel();
        }

        foreach (var thread in threads)
        {
            if (!thread.Join(TimeSpan.FromSeconds(10)))
            {
                log.LogWarning("{Thread} does not stop; it is left to the end of the process", thread.Name);
            }
        }
    }

    public void Dispose() => Stop();

    private void Work()
    {
        try
        {
            while (true)
            {
                _work.Wait(_stop.Token);
                RunWhatMay();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    // A released permit may find only jobs of users whose share is taken: whoever ends one of those looks again.
    private void RunWhatMay()
    {
        while (!_stop.IsCancellationRequested)
        {
            Guid user;
            Job? job;
            lock (_gate)
            {
                if (!_queue.TryTake(out user, out job))
                {
                    return;
                }
            }

            try
            {
                job.Run(job.Stop.Token);
            }
            catch (Exception e) when (job.Stop.IsCancellationRequested)
            {
                log.LogDebug(e, "Backtest {Id} was stopped", job.Id);
            }
            catch (Exception e)
            {
                // Its row still says that it is unfinished: it is tried again when somebody looks for such rows.
                log.LogWarning(e, "Backtest {Id} could not be run", job.Id);
            }

            lock (_gate)
            {
                _queue.Done(user);
                Forget(job);
            }
        }
    }

    private void Forget(Job job)
    {
        _jobs.Remove(job.Id);
        job.Stop.Dispose();
    }

    private sealed record Job(Guid Id, Action<CancellationToken> Run, CancellationTokenSource Stop);
}
