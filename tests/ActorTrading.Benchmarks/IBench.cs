using System.Globalization;

namespace ActorTrading.Benchmarks;

/// <summary>One benchmark: a class with a constructor without parameters; the runner finds it by itself.</summary>
public interface IBench
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    string What { get; }

    Task<BenchReport> RunAsync(BenchSettings settings);
}

/// <summary>Settings from the command line, as name=value.</summary>
public sealed class BenchSettings(IReadOnlyDictionary<string, string> values)
{
    /// <summary>A whole number of at least one.</summary>
    public int Count(string name, int fallback)
    {
        if (!values.TryGetValue(name, out var text))
            return fallback;
        return int.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new BenchSettingException($"{name}={text}: expected a whole number of at least 1.");
    }

    public string Text(string name, string fallback) => values.GetValueOrDefault(name, fallback);
}

/// <summary>A setting that makes no sense.</summary>
public sealed class BenchSettingException(string message) : Exception(message);
