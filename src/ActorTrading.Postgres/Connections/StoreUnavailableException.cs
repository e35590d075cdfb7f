namespace ActorTrading.Postgres;

/// <summary>
/// PostgreSQL could not be reached, is shutting down, or has no room. Later operations succeed by themselves once it is back.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    private const string Unknown = "outcomeUnknown";

    /// <param name="message">What failed, and what to look at.</param>
    /// <param name="outcomeUnknown">True where a write may or may not have become durable: read before doing it again.</param>
    public StoreUnavailableException(string message, Exception? inner = null, bool outcomeUnknown = false) : base(message, inner)
    {
        // Among the data, which goes with an exception from one process to another; a property would not.
        if (outcomeUnknown)
            Data[Unknown] = true;
    }

    /// <summary>True where a write may or may not have become durable; false where it surely has not.</summary>
    public bool OutcomeUnknown => Data[Unknown] is true;
}
