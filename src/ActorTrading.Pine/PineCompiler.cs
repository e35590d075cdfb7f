namespace ActorTrading.Pine;

/// <summary>What surrounds a script when it is compiled.</summary>
public sealed record CompileOptions
{
    public static readonly CompileOptions Default = new();

    /// <summary>Source text of the libraries that may be imported, by "user/Name/version".</summary>
    public IReadOnlyDictionary<string, string> Libraries { get; init; } = new Dictionary<string, string>();

    /// <summary>Longest accepted source, in characters.</summary>
    public int MaxSourceLength { get; init; } = 2_000_000;
}

/// <summary>Outcome of a compilation: <see cref="Script"/> is null exactly when a diagnostic is an error.</summary>
public sealed record CompileResult(CompiledScript? Script, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool Ok => Script is not null;
}

/// <summary>Turns Pine Script v5 and v6 source into a script that runs. Thread-safe.</summary>
public static class PineCompiler
{
    /// <summary>Never throws: whatever is wrong with <paramref name="source"/> comes back as diagnostics with a position.</summary>
    public static CompileResult Compile(string source, CompileOptions? options = null) =>
        Compiling.Compilation.Compile(source, options ?? CompileOptions.Default);
}
