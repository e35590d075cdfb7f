namespace ActorTrading.Pine.Syntax;

/// <summary>Collects diagnostics, keeps the first of each place and code, and stops counting at a bound.</summary>
internal sealed class DiagnosticBag(string? library = null)
{
    private const int Limit = 200;
    private const int MaxErrors = 100;
    private int _errors;
    private readonly List<Diagnostic> _items = [];
    private readonly HashSet<(string?, int, int, string)> _seen = [];

    public bool HasErrors { get; private set; }
    public IReadOnlyList<Diagnostic> Items => _items;
    /// <summary>Library whose source is being looked at, or null for the script.</summary>
    public string? Library { get; set; } = library;

    public void Error(string code, Pos pos, string message) => Add(code, DiagnosticSeverity.Error, pos, message);

    public void Warning(string code, Pos pos, string message) => Add(code, DiagnosticSeverity.Warning, pos, message);

    private void Add(string code, DiagnosticSeverity severity, Pos pos, string message)
    {
        if (severity == DiagnosticSeverity.Error) HasErrors = true;
        if (_items.Count >= Limit && (severity == DiagnosticSeverity.Warning || _items.Exists(d => d.Severity == DiagnosticSeverity.Error))) return;
        if (!_seen.Add((Library, pos.Line, pos.Column, code))) return;
        if (message.Length > 1000) message = message[..1000] + "…";
        _items.Add(new Diagnostic(code, severity, Math.Max(1, pos.Line), Math.Max(1, pos.Column), message) { Library = Library });
        // Nobody reads more, and looking for them takes time.
        if (severity == DiagnosticSeverity.Error && ++_errors == MaxErrors) throw new CompilationAbortedException(null);
    }

    public IReadOnlyList<Diagnostic> Sorted() =>
        [.. _items.OrderBy(d => d.Library is null ? 0 : 1).ThenBy(d => d.Library, StringComparer.Ordinal).ThenBy(d => d.Line).ThenBy(d => d.Column)];
}

/// <summary>Ends a compilation early: enough errors are known, or (with a message) the script asks for more work than is allowed.</summary>
internal sealed class CompilationAbortedException(string? reason) : Exception
{
    public string? Reason { get; } = reason;
}
