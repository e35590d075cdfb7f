namespace ActorTrading.Pine;

public enum DiagnosticSeverity { Warning, Error }

/// <summary>
/// One problem found in a script. <paramref name="Line"/> and <paramref name="Column"/> count from 1 and point at its first
/// character; <paramref name="Code"/> (PINE0001…) is stable and never reused.
/// </summary>
public sealed record Diagnostic(string Code, DiagnosticSeverity Severity, int Line, int Column, string Message)
{
    /// <summary>Library the position refers to ("user/Name/1"), or null for the script itself.</summary>
    public string? Library { get; init; }

    public override string ToString() =>
        $"{(Library is null ? "" : Library + ":")}{Line}:{Column}: {(Severity == DiagnosticSeverity.Error ? "error" : "warning")} {Code}: {Message}";
}
