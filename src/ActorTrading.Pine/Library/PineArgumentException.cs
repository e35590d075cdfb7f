namespace ActorTrading.Pine;

/// <summary>A built-in was called with an argument it cannot take. The message is meant for the script's author.</summary>
public sealed class PineArgumentException(string message) : Exception(message);
