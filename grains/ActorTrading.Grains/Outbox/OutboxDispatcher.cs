using ActorTrading.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>Takes due messages and has them done, some of each kind side by side. Any number of processes may run one.</summary>
public sealed class OutboxDispatcher(IOutbox outbox, IEnumerable<IOutboxHandler> handlers, TradingMetrics metrics, TimeProvider clock, ILogger<OutboxDispatcher> log) : BackgroundService
{
    private const int BatchSize = 16;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(handlers.Select(h => DispatchAsync(h, stoppingToken)).Append(CountAsync(stoppingToken)));

    /// <summary>Tells how much waits: of all processes, because they share the outbox.</summary>
    private async Task CountAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(CountEvery, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                metrics.OutboxIs(await outbox.BacklogAsync(clock.GetUtcNow(), stopping));
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogDebug(e, "The outbox could not be counted; the figures stay as they are");
            }
        }
    }

    private async Task DispatchAsync(IOutboxHandler handler, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (!stopping.IsCancellationRequested)
        {
            var taken = 0;
            try
            {
                var messages = await outbox.LeaseAsync(handler.Kind, BatchSize, clock.GetUtcNow(), Lease, stopping);
                taken = messages.Count;
                await Task.WhenAll(messages.Select(m => HandleAsync(handler, m, stopping)));
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogWarning(e, "The outbox could not be read for {Kind}; trying again", handler.Kind);
            }

            if (taken < BatchSize)
            {
                await timer.WaitForNextTickAsync(stopping);
            }
        }
    }

    private async Task HandleAsync(IOutboxHandler handler, LeasedMessage message, CancellationToken stopping)
    {
        OutboxOutcome outcome;
        try
        {
            outcome = await handler.HandleAsync(message, stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogError(e, "Outbox message {Id} of kind {Kind} failed unexpectedly", message.Id, message.Kind);
            outcome = OutboxOutcome.GiveUp(e.Message);
        }

        if (outcome.Error is null)
        {
            metrics.Delivered(message.Kind, "done");
            await outbox.CompleteAsync(message, CancellationToken.None);
        }
        else if (outcome.RetryAfter is { } after)
        {
            metrics.Delivered(message.Kind, "retry");
            await outbox.RetryAsync(message, clock.GetUtcNow() + after, outcome.Error, CancellationToken.None);
        }
        else
        {
            metrics.Delivered(message.Kind, "given_up");
            log.LogWarning("Outbox message {Id} of kind {Kind} is given up after {Attempts} tries: {Error}", message.Id, message.Kind, message.Attempts + 1, outcome.Error);
            await outbox.GiveUpAsync(message, outcome.Error, CancellationToken.None);
        }
    }
}
