using System.Collections.Immutable;
using Orleans;
using Orleans.CodeGeneration;

namespace ActorTrading.Contracts;

/// <summary>Looks at Pine scripts; keeps nothing. Any key will do: 0 is the custom.</summary>
[Alias("ActorTrading.IScriptGrain"), Version(1)]
public interface IScriptGrain : IGrainWithIntegerKey
{
    [Alias("Check")]
    Task<ScriptCheck> CheckAsync(string script);
}

/// <param name="Kind"><c>strategy</c>, <c>indicator</c> or <c>library</c>; null where there are errors.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.ScriptCheck")]
public sealed record ScriptCheck([property: Id(0)] bool Ok, [property: Id(1)] string? Kind, [property: Id(2)] ImmutableArray<ScriptDiagnostic> Diagnostics);

/// <summary>One problem of a script. Line and column count from 1.</summary>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Code">Stable, such as PINE2001.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.ScriptDiagnostic")]
public sealed record ScriptDiagnostic(
    [property: Id(0)] int Line,
    [property: Id(1)] int Column,
    [property: Id(2)] string Severity,
    [property: Id(3)] string Code,
    [property: Id(4)] string Message);
