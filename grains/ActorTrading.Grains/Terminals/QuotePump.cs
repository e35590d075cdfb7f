using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>
/// Carries a terminal's quotes to the symbol grains: one call under way per symbol, what comes meanwhile goes with the next, in
/// order. Called from the terminal's own thread.
/// </summary>
internal sealed class QuotePump(IGrainFactory grains, string feed, int rank, TradingMetrics metrics, TimeProvider clock, ILogger log)
{
    /// <summary>Quotes that may wait for one symbol. Beyond it the oldest give way: the feed outruns the machine, and that is said.</summary>
    public const int WaitingMax = 100_000;

    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    public void Add(in Quote quote)
    {
        if (!_lanes.TryGetValue(quote.Symbol, out var lane))
        {
            _lanes[quote.Symbol] = lane = new Lane(this, quote.Symbol, grains.GetGrain<ISymbolGrain>(quote.Symbol));
        }

        lane.Add(quote);
    }

    private sealed class Lane(QuotePump pump, string symbol, ISymbolGrain grain)
    {
        private readonly Lock _lock = new();
        private readonly List<Quote> _waiting = [];
        private long _dropped;
        private long _firstAt;
        private bool _busy;

        public void Add(in Quote quote)
        {
            lock (_lock)
            {
                if (_waiting.Count >= WaitingMax)
                {
                    _waiting.RemoveRange(0, WaitingMax / 10);
                    _dropped += WaitingMax / 10;
                }

                if (_waiting.Count == 0)
                {
                    _firstAt = pump.UtcTicks;
                }

                _waiting.Add(quote);
                if (_busy)
                {
                    return;
                }

                _busy = true;
            }

            _ = SendAsync();
        }

        private async Task SendAsync()
        {
            while (true)
            {
                QuoteBatch batch;
                lock (_lock)
                {
                    if (_waiting.Count == 0)
                    {
                        _busy = false;
                        return;
                    }

                    if (_dropped > 0)
                    {
                        pump.Warn(symbol, _dropped);
                        _dropped = 0;
                    }

                    batch = pump.Batch(symbol, [.. _waiting], _firstAt);
                    _waiting.Clear();
                }

                try
                {
                    await grain.PublishAsync(batch).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    pump.Warn(symbol, e);
                }
            }
        }
    }

    private long UtcTicks => clock.GetUtcNow().UtcTicks;

    private QuoteBatch Batch(string symbol, ImmutableArray<Quote> quotes, long firstAt) => new(symbol, feed, quotes, firstAt, rank);

    private void Warn(string symbol, long dropped)
    {
        metrics.QuotesDropped(dropped, TradingMetrics.TooMany);
        log.LogWarning("{Count} quotes of {Symbol} from {Feed} were dropped: more than {Max} waited", dropped, symbol, feed, WaitingMax);
    }

    private void Warn(string symbol, Exception e) => log.LogWarning("Quotes of {Symbol} from {Feed} could not be published: {Reason}", symbol, feed, e.Message);
}
