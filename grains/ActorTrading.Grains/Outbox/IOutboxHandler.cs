using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>Does one kind of outbox message. At least once: a process may die between doing it and saying so.</summary>
public interface IOutboxHandler
{
    string Kind { get; }

    /// <summary>Most messages under way at a time in this process.</summary>
    int AtOnceMax { get; }

    Task<OutboxOutcome> HandleAsync(LeasedMessage message, CancellationToken cancellation);
}

/// <param name="RetryAfter">Try again after this; null with an error gives up.</param>
public readonly record struct OutboxOutcome(string? Error, TimeSpan? RetryAfter)
{
    public static OutboxOutcome Done { get; } = new(null, null);

    public static OutboxOutcome GiveUp(string error) => new(error, null);

    public static OutboxOutcome Retry(string error, TimeSpan after) => new(error, after);
}
