using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>One user, key: the user's id. Fans what concerns the user out to the processes where the user is connected. Keeps nothing durable: whoever was away reads the ledger and the notifications by cursor.</summary>
[Alias("ActorTrading.IUserGrain"), Version(1)]
public interface IUserGrain : IGrainWithGuidKey
{
    /// <summary>Adds or renews an observer, one a process; it is dropped when not renewed for two minutes.</summary>
    [Alias("Subscribe")]
    Task SubscribeAsync(IUserObserver observer);

    [Alias("Unsubscribe")]
    Task UnsubscribeAsync(IUserObserver observer);

    [Alias("Publish"), OneWay]
    Task PublishAsync(UserMessage message);

    /// <summary>New ledger entries of one of the user's accounts, oldest first; written out only where somebody watches.</summary>
    [Alias("PublishLedger"), OneWay]
    Task PublishLedgerAsync(LedgerHint hint);
}

[Alias("ActorTrading.IUserObserver")]
public interface IUserObserver : IGrainObserver
{
    [Alias("OnMessage"), OneWay]
    Task OnMessageAsync(UserMessage message);
}

/// <summary>Something that a user's screens show.</summary>
/// <param name="Event">The hub's method: TradeUpdate, AlertTriggered, ConnectionStatus, AccountStatus, BacktestProgress, …</param>
/// <param name="AccountId">The account or the backtest concerned, where there is one: only its subscribers get it.</param>
/// <param name="Seq">Ledger sequence, for TradeUpdate.</param>
/// <param name="Version">
/// Of a state that replaces the one before, such as a backtest's progress: a lower one is older and is not shown any more. Messages may overtake one
/// another, above all where a grain is just coming up. Null for what has none.
/// </param>
/// <param name="Json">The payload as one UTF-16 JSON object, serialised once for all receivers.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.UserMessage")]
public sealed record UserMessage(
    [property: Id(0)] Guid UserId,
    [property: Id(1)] string Event,
    [property: Id(2)] Guid? AccountId,
    [property: Id(3)] long? Seq,
    [property: Id(4)] string Json,
    [property: Id(5)] long? Version = null);
