namespace ActorTrading.Postgres.Private;

/// <summary>A private server cannot be made or started; the message says why and what to do.</summary>
public sealed class PrivatePostgresException(string message, Exception? inner = null) : Exception(message, inner);
