using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>Where a simulated market's quotes come from, in order.</summary>
public interface IQuoteSource : IDisposable
{
    /// <summary>The symbols it quotes.</summary>
    IReadOnlyList<string> Symbols { get; }

    /// <summary>A time before the first quote, which the market's clock starts from; null for now.</summary>
    DateTimeOffset? StartsAt { get; }

    /// <summary>The next quote and how long after the first it is due; false at the end.</summary>
    /// <exception cref="InvalidDataException">The source holds what is no quote; the message says where.</exception>
    bool TryNext(out Quote quote, out TimeSpan due);
}

/// <summary>A market that stands still but for what a test or a program pushes.</summary>
public sealed class NoQuotes : IQuoteSource
{
    public IReadOnlyList<string> Symbols => [];
    public DateTimeOffset? StartsAt => null;

    public bool TryNext(out Quote quote, out TimeSpan due)
    {
        quote = default;
        due = default;
        return false;
    }

    public void Dispose() { }
}
