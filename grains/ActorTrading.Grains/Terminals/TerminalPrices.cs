using System.Collections.Concurrent;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>The newest price of each symbol that a terminal streams to us. Quotes come from the terminal's thread, whoever asks has another.</summary>
internal sealed class TerminalPrices(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Latest> _latest = new(StringComparer.Ordinal);

    public void OnQuote(in Quote quote) => _latest.GetOrAdd(quote.Symbol, static _ => new Latest()).Set(quote, clock);

    /// <returns>Null where none has come within this time.</returns>
    public Quote? Find(string symbol, TimeSpan within) => _latest.TryGetValue(symbol, out var latest) ? latest.Get(clock, within) : null;

    /// <summary>What was quoted before an absence says nothing of now.</summary>
    public void Forget() => _latest.Clear();

    private sealed class Latest
    {
        private readonly Lock _lock = new();
        private readonly QuoteValidator _validator = new(PriceLanes.Policy);
        private long _cameAt;

        public void Set(in Quote quote, TimeProvider clock)
        {
            lock (_lock)
            {
                if (_validator.Check(quote, clock.GetUtcNow()) == QuoteVerdict.Accepted)
                {
                    _cameAt = clock.GetTimestamp();
                }
            }
        }

        public Quote? Get(TimeProvider clock, TimeSpan within)
        {
            lock (_lock)
            {
                return _validator.Last is { } quote && clock.GetElapsedTime(_cameAt) < within ? quote : null;
            }
        }
    }
}
