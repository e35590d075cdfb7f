namespace ActorTrading.Silo;

/// <summary>The process cannot start; the message says why and what to do, and is all that is shown.</summary>
public sealed class StartupException(string message) : Exception(message);
