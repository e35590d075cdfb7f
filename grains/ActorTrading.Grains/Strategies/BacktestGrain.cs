using System.Runtime.InteropServices;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>Owns one backtest's row: stores, then queues; stores, then tells.</summary>
public sealed class BacktestGrain(IBacktestStore store, BacktestPool pool, BacktestRunner runner, TimeProvider clock) : Grain, IBacktestGrain
{
    private StoredBacktest? _row;

    private Guid Id => this.GetPrimaryKey();

    private bool HasEnded => _row is not { Status: "queued" or "running" };

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _row = await store.GetAsync(Id, cancellationToken);

    public async Task<BacktestTicket> SubmitAsync(BacktestRequest request)
    {
        if (_row is null)
        {
            if (!pool.HasRoom(request.UserId))
            {
                return new BacktestTicket(Id, "TOO_MANY_BACKTESTS", "Too many backtests are waiting: wait for one to end, or cancel one.");
            }

            var row = new StoredBacktest
            {
                Id = Id,
                UserId = request.UserId,
                StrategyId = request.StrategyId,
                StrategyVersion = request.StrategyVersion,
                Request = JsonSerializer.Serialize(request, DomainJson.Options),
                CreatedAt = clock.GetUtcNow(),
            };
            try
            {
                await store.CreateAsync(row);
            }
            catch (StoreUnavailableException)
            {
                // Whether it is stored, the next activation knows; this one would let the backtest lie.
                DeactivateOnIdle();
                throw;
            }

            _row = row;
        }

        await WakeAsync();
        return new BacktestTicket(Id, null, null);
    }

    public Task WakeAsync()
    {
        if (!HasEnded)
        {
            var row = _row!;
            pool.TryAdd(row.UserId, row.Id, stop => runner.Run(row, stop));
        }

        return Task.CompletedTask;
    }

    public async Task CancelAsync()
    {
        if (HasEnded)
        {
            return;
        }

        await EndAsync("cancelled", null, null);
        pool.Cancel(_row!.UserId, Id);
    }

    public Task AnnounceAsync() => _row is null ? Task.CompletedTask : PublishAsync();

    public async Task<bool> BeginAsync()
    {
        var now = clock.GetUtcNow();
        if (HasEnded || !await store.StartAsync(Id, now))
        {
            return false;
        }

        _row = _row! with { Status = "running", StartedAt = now, Progress = 0 };
        await PublishAsync();
        return true;
    }

    public async Task ReportAsync(double progress)
    {
        if (HasEnded)
        {
            return;
        }

        _row = _row! with { Progress = progress };
        await store.SetProgressAsync(Id, progress);
        await PublishAsync();
    }

    public Task FinishAsync(BacktestOutcome outcome) => HasEnded ? Task.CompletedTask
        : outcome.Error is { } error ? EndAsync("failed", null, error)
        : EndAsync("completed", ImmutableCollectionsMarshal.AsArray(outcome.Report), null);

    private async Task EndAsync(string status, byte[]? report, string? error)
    {
        var now = clock.GetUtcNow();
        var ended = await store.FinishAsync(Id, status, report, error, now);

        // Where another activation was quicker, its word stands.
        _row = ended ? _row! with { Status = status, Error = error, FinishedAt = now, Progress = status == "completed" ? 1 : _row.Progress } : await store.GetAsync(Id);
        await PublishAsync();
    }

    private Task PublishAsync() => GrainFactory.GetGrain<IUserGrain>(_row!.UserId).PublishAsync(StrategyMessages.Progress(_row));
}
