using System.Collections.Frozen;
using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>
/// Watches the terminal's own prices for its account and tells of those that reach a trigger: one call a symbol under way, and a pause
/// between two, so that a fast market cannot flood the terminal with changes. What was best in the pause is told with the next.
/// Quotes come from the terminal's thread.
/// </summary>
internal sealed class PriceLanes(Func<PriceReached, Task> tell, TimeSpan every, TimeProvider clock, ILogger log)
{
    /// <summary>A terminal whose zone is not set right must not lose its trailing stops: order and jumps are what is looked at.</summary>
    internal static readonly QuotePolicy Policy = QuotePolicy.Default with { AheadMax = TimeSpan.FromDays(1) };

    private volatile FrozenDictionary<string, Lane> _lanes = FrozenDictionary<string, Lane>.Empty;

    public IEnumerable<string> Symbols => _lanes.Keys;

    /// <summary>From one thread at a time. What a symbol has already shown stays known while its triggers are the same.</summary>
    public void Set(ImmutableArray<PriceTrigger> triggers)
    {
        var old = _lanes;
        _lanes = triggers.GroupBy(t => t.Symbol, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g =>
        {
            var lane = old.GetValueOrDefault(g.Key) ?? new Lane(this);
            lane.Set([.. g]);
            return lane;
        }, StringComparer.Ordinal);
    }

    public void OnQuote(in Quote quote)
    {
        if (_lanes.TryGetValue(quote.Symbol, out var lane))
        {
            lane.OnQuote(quote);
        }
    }

    private sealed class Lane(PriceLanes owner)
    {
        private readonly Lock _lock = new();
        private readonly QuoteValidator _validator = new(Policy);
        private ImmutableArray<PriceTrigger> _triggers = [];
        private decimal _highestBid = decimal.MinValue;
        private decimal _lowestAsk = decimal.MaxValue;
        private long? _toldAt;
        private bool _busy;

        public void Set(ImmutableArray<PriceTrigger> triggers)
        {
            lock (_lock)
            {
                if (!_triggers.SequenceEqual(triggers))
                {
                    // Extremes from before a position was there, or from before its stop moved, are none of its.
                    (_triggers, _highestBid, _lowestAsk) = (triggers, decimal.MinValue, decimal.MaxValue);
                }
            }
        }

        public void OnQuote(in Quote quote)
        {
            PriceReached reached;
            lock (_lock)
            {
                if (_validator.Check(quote, owner.Now) != QuoteVerdict.Accepted)
                {
                    return;
                }

                _highestBid = Math.Max(_highestBid, quote.Bid);
                _lowestAsk = Math.Min(_lowestAsk, quote.Ask);
                if (_busy || (_toldAt is { } told && owner.Since(told) < owner.Every) || !IsReached())
                {
                    return;
                }

                _busy = true;
                _toldAt = owner.Timestamp;
                reached = new PriceReached(quote, _highestBid, _lowestAsk);
            }

            _ = TellAsync(reached);
        }

        private bool IsReached()
        {
            foreach (var trigger in _triggers)
            {
                if (trigger.IsReachedBy(trigger.Source == PriceSource.Bid ? _highestBid : _lowestAsk))
                {
                    return true;
                }
            }

            return false;
        }

        private async Task TellAsync(PriceReached reached)
        {
            try
            {
                await owner.TellAsync(reached).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // The next price tries again.
                owner.Warn(reached.Quote.Symbol, e);
            }
            finally
            {
                lock (_lock)
                {
                    _busy = false;
                }
            }
        }
    }

    private TimeSpan Every => every;

    private DateTimeOffset Now => clock.GetUtcNow();

    private long Timestamp => clock.GetTimestamp();

    private TimeSpan Since(long timestamp) => clock.GetElapsedTime(timestamp);

    private Task TellAsync(PriceReached price) => tell(price);

    private void Warn(string symbol, Exception e) => log.LogWarning(e, "A price of {Symbol} was not taken by the account that waits for it", symbol);
}
