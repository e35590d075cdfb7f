namespace ActorTrading.Pine.Strategies;

/// <summary>A strategy that comes with the repository.</summary>
/// <param name="Name">File name without ".pine".</param>
public sealed record ClassicStrategy(string Name, string Title, string Source);

/// <summary>
/// Four classic strategies as Pine sources, each with risk-percent sizing, stop and target. They show how such strategies are
/// written; they are not advice, and on most data they do not earn their spread.
/// </summary>
public static class ClassicStrategies
{
    public static readonly IReadOnlyList<ClassicStrategy> All =
    [
        Load("moving_average_rsi", "Moving average with RSI filter"),
        Load("stochastic_cross", "Stochastic cross"),
        Load("break_and_retest", "Break and retest"),
        Load("j_hook", "J-hook"),
    ];

    private static ClassicStrategy Load(string name, string title)
    {
        using var stream = typeof(ClassicStrategies).Assembly.GetManifestResourceStream($"Strategies/{name}.pine")!;
        using var reader = new StreamReader(stream);
        return new ClassicStrategy(name, title, reader.ReadToEnd());
    }
}
