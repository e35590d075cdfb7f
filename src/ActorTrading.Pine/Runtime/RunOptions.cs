using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine;

/// <summary>Bounds that keep a script from hurting its host. Reaching one ends the run with a <see cref="RuntimeError"/>.</summary>
public sealed record ScriptLimits
{
    public static readonly ScriptLimits Default = new();

    /// <summary>Wall-clock time of a whole run.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(40);
    /// <summary>Wall-clock time of the script's code on one bar.</summary>
    public TimeSpan BarTime { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Bytes that a script may hold at once in variables, collections and drawings.</summary>
    public long MemoryBytes { get; init; } = 256L * 1024 * 1024;
    /// <summary>Elements of one array, matrix or map.</summary>
    public int CollectionElements { get; init; } = 100_000;
    /// <summary>Characters of one string.</summary>
    public int StringLength { get; init; } = 40_960;
    /// <summary>Log entries kept; later ones push out the oldest.</summary>
    public int LogEntries { get; init; } = 10_000;
    /// <summary>Alerts kept; later ones push out the oldest.</summary>
    public int Alerts { get; init; } = 100_000;
}

/// <summary>Bars of other symbols and finer timeframes for <c>request.*</c>.</summary>
public interface IBarProvider
{
    /// <summary>Bars of <paramref name="tickerId"/> (as <c>syminfo.tickerid</c>) or null when the symbol or timeframe is not to be had.</summary>
    (BarSeries Bars, SymbolInfo Symbol)? GetBars(string tickerId, Timeframe timeframe);
}

/// <summary>How a script is run. Everything has a default that suits a test.</summary>
public sealed record RunOptions
{
    public static readonly RunOptions Default = new();

    public SymbolInfo Symbol { get; init; } = SymbolInfo.Default;
    /// <summary>Chart timeframe; null takes that of the bars.</summary>
    public Timeframe? Timeframe { get; init; }
    /// <summary>Values by input title or, where the input has none, by the name of the variable it is assigned to. Numbers, booleans, or text.</summary>
    public IReadOnlyDictionary<string, object> Inputs { get; init; } = new Dictionary<string, object>();
    public ScriptLimits Limits { get; init; } = ScriptLimits.Default;
    public IBarProvider? Provider { get; init; }
    /// <summary>Finer bars for the bar magnifier; null leaves it off.</summary>
    public BarSeries? LowerBars { get; init; }
    /// <summary>Overrides of the strategy's declaration (initial capital, commission…), applied last.</summary>
    public Func<Strategy.StrategySettings, Strategy.StrategySettings>? StrategySettings { get; init; }
    public CancellationToken Cancellation { get; init; }
    /// <summary>Told the fraction done, 0 to 1, a hundred times a run at most.</summary>
    public IProgress<double>? Progress { get; init; }
    /// <summary>Clock for the time limits and <c>timenow</c>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    /// <summary>Keep plotted values. Off, a parameter search saves their memory.</summary>
    public bool CapturePlots { get; init; } = true;
}
