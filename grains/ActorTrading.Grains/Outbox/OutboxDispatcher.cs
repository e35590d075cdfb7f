using ActorTrading.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>Takes due messages and has them done, some of each kind side by side. Any number of processes may run one.</summary>
public sealed class OutboxDispatcher(IOutbox outbox, IEnumerable<IOutboxHandler> handlers, TradingMetrics metrics, TimeProvider clock, ILogger<OutboxDispatcher> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How long a message waits whose user's settings could not be read.</summary>
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    /// <summary>How long what was given up can be looked at.</summary>
    private static readonly TimeSpan DeadKept = TimeSpan.FromDays(30);

    private const int DeadAtATime = 5_000;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(handlers.Select(h => DispatchAsync(h, stoppingToken)).Append(CountAsync(stoppingToken)).Append(ForgetAsync(stoppingToken)));

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

    /// <summary>A webhook that is gone for good leaves a given-up message with every firing.</summary>
    private async Task ForgetAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(ForgetEvery, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                while (await outbox.ForgetDeadAsync(clock.GetUtcNow() - DeadKept, DeadAtATime, stopping) == DeadAtATime)
                {
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogWarning(e, "Given-up outbox messages could not be forgotten; trying again in an hour");
            }
        }
    }

    /// <summary>Keeps as many under way as the handler bears: those that wait long hold up nobody until all places are theirs.</summary>
    private async Task DispatchAsync(IOutboxHandler handler, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        var underWay = new List<Task>(handler.AtOnceMax);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                underWay.RemoveAll(task => task.IsCompleted);
                var room = handler.AtOnceMax - underWay.Count;
                var messages = await LeaseAsync(handler, room, stopping);
                underWay.AddRange(messages.Select(m => SettleAsync(handler, m, stopping)));
                if (messages.Count < room)
                {
                    await timer.WaitForNextTickAsync(stopping);
                }
                else
                {
                    await Task.WhenAny(underWay);
                }
            }
        }
        finally
        {
            await Task.WhenAll(underWay);
        }
    }

    private async Task<IReadOnlyList<LeasedMessage>> LeaseAsync(IOutboxHandler handler, int room, CancellationToken stopping)
    {
        try
        {
            return await outbox.LeaseAsync(handler.Kind, room, clock.GetUtcNow(), Lease, stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(e, "The outbox could not be read for {Kind}; trying again", handler.Kind);
            return [];
        }
    }

    private async Task SettleAsync(IOutboxHandler handler, LeasedMessage message, CancellationToken stopping)
    {
        try
        {
            await HandleAsync(handler, message, stopping);
        }
        catch (Exception e)
        {
            // Its lease ends by itself, and it is done again.
            log.LogWarning(e, "What became of outbox message {Id} of kind {Kind} could not be noted", message.Id, message.Kind);
        }
    }

    private async Task HandleAsync(IOutboxHandler handler, LeasedMessage message, CancellationToken stopping)
    {
        OutboxOutcome outcome;
        try
        {
            outcome = await handler.HandleAsync(message, stopping);
        }
        catch (StoreUnavailableException e)
        {
            // Nothing was sent: what belongs to the message could not be read.
            outcome = OutboxOutcome.Retry(e.Message, StorePause);
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
