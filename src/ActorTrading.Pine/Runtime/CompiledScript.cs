using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Runtime;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine;

public enum ScriptKind { Indicator, Strategy, Library }

public enum InputKind { Bool, Int, Float, String, Color, Source, Timeframe, Session, Symbol, Price, Time, TextArea, Enum }

/// <summary>One <c>input.*</c> of a script. Numbers are double, colours as the script writes them, texts string.</summary>
public sealed record InputDefinition(string Name, string Title, InputKind Kind, object? Default)
{
    public double? Min { get; init; }
    public double? Max { get; init; }
    public double? Step { get; init; }
    public IReadOnlyList<object>? Options { get; init; }
    public string? Tooltip { get; init; }
    public string? Group { get; init; }
    /// <summary><see cref="Default"/> is a date and time without a zone, written as if in UTC: a run takes it in its symbol's zone.</summary>
    public bool DefaultIsLocal { get; init; }
}

/// <summary>A compiled script: immutable, thread-safe, run as often and as concurrently as one likes.</summary>
public sealed partial class CompiledScript
{
    public ScriptKind Kind { get; internal init; }
    public int Version { get; internal init; }
    public string Title { get; internal init; } = "";
    public IReadOnlyList<InputDefinition> Inputs { get; internal init; } = [];
    /// <summary>The strategy declaration's settings; null for other kinds.</summary>
    public StrategySettings? Settings { get; internal init; }
    public IReadOnlyList<Diagnostic> Warnings { get; internal init; } = [];

    internal Compiling.EmittedProgram? Emitted { get; init; }
    internal IReadOnlyList<Checking.PlotDefinition> PlotDefinitions { get; init; } = [];
    internal Checking.ScriptDeclaration? Declaration { get; init; }

    /// <summary>Runs over all bars as history. Never throws for what the script does: errors come back in the result.</summary>
    public RunResult Run(BarSeries bars, RunOptions? options = null)
    {
        if (OwnTimeframe.Of(Declaration!) is { } own) return own.Run(this, bars, options ?? RunOptions.Default);
        var instance = CreateInstance(options);
        instance.RunHistory(bars);
        return instance.Result();
    }

    /// <summary>A run that is fed bar by bar: history first, then live ticks with rollback.</summary>
    public ScriptInstance CreateInstance(RunOptions? options = null) => new(this, options ?? RunOptions.Default);
}
