using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Pine;
using Orleans;
using Orleans.Concurrency;

namespace ActorTrading.Grains;

/// <summary>Compiles to find out. Two at a time in a process: a long script is not to take every thread.</summary>
[StatelessWorker(2)]
public sealed class ScriptGrain : Grain, IScriptGrain
{
    /// <summary>What does not fit an answer is not read either.</summary>
    private const int DiagnosticsMax = 200;

    public Task<ScriptCheck> CheckAsync(string script)
    {
        var result = PineCompiler.Compile(script);
        return Task.FromResult(new ScriptCheck(
            result.Ok,
            result.Script?.Kind.ToString().ToLowerInvariant(),
            [.. result.Diagnostics.OrderByDescending(d => d.Severity).Take(DiagnosticsMax).OrderBy(d => d.Line).ThenBy(d => d.Column).Select(Of)]));
    }

    private static ScriptDiagnostic Of(Diagnostic d) =>
        new(d.Line, d.Column, d.Severity == DiagnosticSeverity.Error ? "error" : "warning", d.Code, d.Library is null ? d.Message : $"{d.Library}: {d.Message}");
}
