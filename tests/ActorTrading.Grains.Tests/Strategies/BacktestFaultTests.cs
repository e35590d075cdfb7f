using ActorTrading.Contracts;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Grains.Tests.Strategies;

[Collection(nameof(Server))]
public sealed class BacktestFaultTests(Server server)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backtest_that_was_stored_although_its_user_was_told_of_a_failure_is_run_once(bool askedAgain)
    {
        LosingStore store = null!;
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton<IBacktestStore>(p => store = new LosingStore(new BacktestStore(p.GetRequiredService<PostgresDatabase>()))));
        var (id, user) = (TradingHost.NewId(), await host.UserAsync());
        var grain = host.Grains.GetGrain<IBacktestGrain>(id);
        var request = new BacktestRequest(user, null, null, "//@version=6\nstrategy(\"x\")", "EURUSD", "H1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), null, null, null, null);
        await Should.ThrowAsync<StoreUnavailableException>(() => grain.SubmitAsync(request));
        if (askedAgain)
        {
            (await grain.SubmitAsync(request)).Code.ShouldBeNull();
        }
        else
        {
            await grain.WakeAsync();
        }

        var ended = await TradingHost.UntilAsync(() => store.GetAsync(id), row => row?.FinishedAt is not null, "the end");
        ended!.Error.ShouldNotBeNull().ShouldContain("Too little history");
    }

    /// <summary>What it creates is written, and the connection breaks before the answer.</summary>
    private sealed class LosingStore(IBacktestStore store) : IBacktestStore
    {
        public async Task CreateAsync(StoredBacktest backtest, CancellationToken cancellation = default)
        {
            await store.CreateAsync(backtest, cancellation);
            throw new StoreUnavailableException("The database is away.", outcomeUnknown: true);
        }

        public Task<StoredBacktest?> FindAsync(Guid userId, Guid id, CancellationToken cancellation = default) => store.FindAsync(userId, id, cancellation);

        public Task<Page<StoredBacktest>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default) => store.ListAsync(userId, page, cancellation);

        public Task<byte[]?> ResultAsync(Guid userId, Guid id, CancellationToken cancellation = default) => store.ResultAsync(userId, id, cancellation);

        public Task<StoredBacktest?> GetAsync(Guid id, CancellationToken cancellation = default) => store.GetAsync(id, cancellation);

        public Task<IReadOnlyList<StoredBacktest>> UnfinishedAsync(int limit, CancellationToken cancellation = default) => store.UnfinishedAsync(limit, cancellation);

        public Task<bool> StartAsync(Guid id, DateTimeOffset at, CancellationToken cancellation = default) => store.StartAsync(id, at, cancellation);

        public Task SetProgressAsync(Guid id, double progress, CancellationToken cancellation = default) => store.SetProgressAsync(id, progress, cancellation);

        public Task<bool> FinishAsync(Guid id, string status, byte[]? result, string? error, DateTimeOffset at, CancellationToken cancellation = default) => store.FinishAsync(id, status, result, error, at, cancellation);
    }
}
