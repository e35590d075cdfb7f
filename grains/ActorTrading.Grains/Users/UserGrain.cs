using ActorTrading.Contracts;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>A switchboard and nothing else: what it forgets, observers renew and clients catch up on by sequence.</summary>
[Reentrant]
public sealed class UserGrain(ILogger<UserGrain> log) : Grain, IUserGrain
{
    private static readonly TimeSpan DroppedAfter = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly ObserverSet<IUserObserver> _observers = new((int)(DroppedAfter / LookEvery));

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(_ =>
        {
            _observers.NextRound();
            return Task.CompletedTask;
        }, new GrainTimerCreationOptions(LookEvery, LookEvery) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task SubscribeAsync(IUserObserver observer)
    {
        _observers.Renew(observer);
        return Task.CompletedTask;
    }

    public Task UnsubscribeAsync(IUserObserver observer)
    {
        _observers.Remove(observer);
        return Task.CompletedTask;
    }

    public Task PublishAsync(UserMessage message)
    {
        foreach (var observer in _observers.Live())
        {
            Watch(observer, observer.OnMessageAsync(message));
        }

        return Task.CompletedTask;
    }

    public Task PublishLedgerAsync(LedgerHint hint)
    {
        var live = _observers.Live();
        if (live.Length == 0)
        {
            return Task.CompletedTask;
        }

        var userId = this.GetPrimaryKey();
        foreach (var entry in hint.Entries)
        {
            var message = UserMessages.Trade(userId, entry);
            foreach (var observer in live)
            {
                Watch(observer, observer.OnMessageAsync(message));
            }
        }

        return Task.CompletedTask;
    }

    private async void Watch(IUserObserver observer, Task call)
    {
        try
        {
            await call;
        }
        catch (Exception e)
        {
            log.LogDebug(e, "An observer of user {UserId} is gone", this.GetPrimaryKey());
            _observers.Remove(observer);
        }
    }
}
