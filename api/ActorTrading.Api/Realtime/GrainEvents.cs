using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Api.Realtime;

/// <summary>Users' live events from their grains: this process is one observer, which it registers with each user who is connected here.</summary>
public sealed class GrainEvents(IGrainFactory grains, IServiceProvider services) : IUserEventSource, IUserObserver
{
    private readonly Lock _gate = new();
    private IUserObserver? _self;

    public Task WatchAsync(Guid userId) => grains.GetGrain<IUserGrain>(userId).SubscribeAsync(Self());

    public Task UnwatchAsync(Guid userId) => grains.GetGrain<IUserGrain>(userId).UnsubscribeAsync(Self());

    public Task OnMessageAsync(UserMessage message)
    {
        // Asked for late: the sessions need this class to be made.
        var sessions = services.GetRequiredService<SessionRegistry>();
        if (message is { Event: "ConnectionStatus" or "AccountStatus", AccountId: { } account })
        {
            // Two of them may come in the wrong order, so what they say is not passed on: the account itself is asked.
            sessions.LookAt(message.UserId, account);
        }
        else
        {
            sessions.Dispatch(message.UserId, new(message.Event, message.AccountId, message.Seq, message.Json, message.Version));
        }

        return Task.CompletedTask;
    }

    private IUserObserver Self()
    {
        lock (_gate)
            return _self ??= grains.CreateObjectReference<IUserObserver>(this);
    }
}
