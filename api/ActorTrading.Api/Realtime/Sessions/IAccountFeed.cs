namespace ActorTrading.Api.Realtime.Sessions;

/// <summary>What a session must know of accounts to follow them.</summary>
public interface IAccountFeed
{
    /// <returns>The account's last ledger sequence; null where there is no such account or it is not the user's.</returns>
    Task<long?> FindHeadAsync(Guid userId, Guid accountId, CancellationToken cancel);

    /// <summary>Trade updates after a sequence, in order, as they would have come live.</summary>
    /// <returns>At most <paramref name="limit"/>; fewer where there are no more.</returns>
    Task<IReadOnlyList<UserEvent>> ReadAsync(Guid userId, Guid accountId, long afterSeq, int limit, CancellationToken cancel);
}

/// <summary>Where live events of users come from.</summary>
public interface IUserEventSource
{
    /// <summary>Asks for the user's events, which then come to <see cref="SessionRegistry.Dispatch"/>; asking again renews.</summary>
    Task WatchAsync(Guid userId);

    Task UnwatchAsync(Guid userId);
}
