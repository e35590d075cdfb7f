namespace ActorTrading.Mt5;

/// <summary>The terminal cannot be asked now: no connection, or too much is waiting already. Nothing was sent, or its answer is lost.</summary>
public sealed class TerminalUnavailableException(string message) : Exception(message);

/// <summary>The terminal answered with an error.</summary>
/// <param name="code">The API's (65537…65542) or MQL5's (4xxx, 5xxx) number.</param>
public sealed class TerminalErrorException(int code, string description, string function)
    : Exception($"The terminal answered {code} {description} in {function}.")
{
    public int Code { get; } = code;
    public string Function { get; } = function;
}

/// <summary>The terminal's answer cannot be read or believed; nothing of it was used.</summary>
public sealed class TerminalProtocolException(string message) : Exception(message);

/// <summary>What may come of a question to a terminal.</summary>
public static class TerminalFaults
{
    /// <summary>The terminal did not answer, or not with what was asked for; it may be asked again.</summary>
    public static bool IsUnanswered(Exception error) => error is TimeoutException or TerminalUnavailableException or TerminalErrorException or TerminalProtocolException;
}
