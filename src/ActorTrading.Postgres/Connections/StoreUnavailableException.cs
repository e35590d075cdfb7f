namespace ActorTrading.Postgres;

/// <summary>
/// PostgreSQL could not be reached, is shutting down, or has no room. Later operations succeed by themselves once it is back.
/// </summary>
/// <param name="message">What failed, and what to look at.</param>
/// <param name="outcomeUnknown">True where a write may or may not have become durable: read before doing it again.</param>
public sealed class StoreUnavailableException(string message, Exception? inner = null, bool outcomeUnknown = false) : Exception(message, inner)
{
    /// <summary>True where a write may or may not have become durable; false where it surely has not.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}
