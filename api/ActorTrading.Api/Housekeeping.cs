using ActorTrading.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api;

/// <summary>Forgets what has served its time: answers to idempotency keys after a week, refresh tokens a week after they expired.</summary>
internal sealed class Housekeeping(IIdempotencyStore answers, IRefreshTokenStore tokens, TimeProvider clock, ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private const int RowsAtATime = 5_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var before = clock.GetUtcNow() - Kept;
                while (await answers.DeleteOlderAsync(before, RowsAtATime, stoppingToken) == RowsAtATime)
                {
                }
                while (await tokens.DeleteExpiredAsync(before, RowsAtATime, stoppingToken) == RowsAtATime)
                {
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Housekeeping must wait for its next turn");
            }
        }
    }
}
