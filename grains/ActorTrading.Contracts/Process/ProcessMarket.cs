using System.Collections.Immutable;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Contracts;

/// <summary>
/// This process's picture of the market: one observer per symbol, whoever in the process wants quotes. Keeps the last quote of
/// each symbol, and hands every batch to its listeners in the order in which the symbol sent it.
/// </summary>
public sealed class ProcessMarket : IMarketView, IQuoteObserver, IAsyncDisposable
{
    /// <summary>
    /// Subscriptions are renewed this often; a symbol drops an observer that has not renewed for two minutes. A symbol that has moved to another
    /// process knows its observers again after this long.
    /// </summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    private readonly IGrainFactory _grains;
    private readonly TimeProvider _clock;
    private readonly ILogger<ProcessMarket> _log;
    private readonly MarketBoard _board;
    private readonly Lock _listenersLock = new();
    private ImmutableArray<Action<QuoteBatch>> _listeners = [];
    private readonly CancellationTokenSource _stop = new();
    private IQuoteObserver? _self;
    private Task? _starting;
    private Task _renewing = Task.CompletedTask;

    public ProcessMarket(IGrainFactory grains, IEnumerable<Instrument> instruments, TimeProvider clock, ILogger<ProcessMarket> log)
    {
        (_grains, _clock, _log) = (grains, clock, log);
        _board = new MarketBoard(instruments);
    }

    /// <summary>Every known symbol's specification, by name.</summary>
    public IEnumerable<Instrument> Instruments => _board.Instruments.OrderBy(i => i.Symbol, StringComparer.Ordinal);

    public Instrument? FindInstrument(string symbol) => _board.FindInstrument(symbol);

    public Quote? LastQuote(string symbol) => _board.LastQuote(symbol);

    public decimal? ConversionRate(string from, string to) => _board.ConversionRate(from, to);

    public IReadOnlyList<ConversionStep>? ConversionPath(string from, string to) => _board.ConversionPath(from, to);

    /// <summary>Subscribes at every known symbol and keeps the subscriptions alive until disposed. Starting again waits for the first start.</summary>
    public Task StartAsync()
    {
        lock (_listenersLock)
        {
            return _starting ??= SubscribeAsync();
        }
    }

    private async Task SubscribeAsync()
    {
        _self = _grains.CreateObjectReference<IQuoteObserver>(this);
        await SubscribeAllAsync();
        _renewing = RenewAsync();
    }

    /// <summary>Adds a listener, called on the sender's thread for each batch; it must return at once. Disposing removes it.</summary>
    public IDisposable Listen(Action<QuoteBatch> listener)
    {
        lock (_listenersLock)
        {
            _listeners = _listeners.Add(listener);
        }

        return new Listening(this, listener);
    }

    public Task OnQuotesAsync(QuoteBatch batch)
    {
        if (batch.Quotes.Length > 0)
        {
            _board.Update(batch.Quotes[^1]);
        }

        foreach (var listener in _listeners)
        {
            listener(batch);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_self is not null)
        {
            _grains.DeleteObjectReference<IQuoteObserver>(_self);
        }

        _stop.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(RenewEvery, _clock);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            await SubscribeAllAsync();
        }
    }

    /// <summary>All side by side: one that does not answer holds up no other.</summary>
    private Task SubscribeAllAsync() => Task.WhenAll(_board.Instruments.Select(i => SubscribeAsync(i.Symbol)));

    private async Task SubscribeAsync(string symbol)
    {
        try
        {
            var reply = await _grains.GetGrain<ISymbolGrain>(symbol).SubscribeAsync(_self!);
            if (reply.Quote is { } quote && (LastQuote(symbol) is not { } known || known.Time < quote.Time))
            {
                _board.Update(quote);
            }
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // The next renewal tries again; until then the last quote stands.
            _log.LogWarning("Subscribing to {Symbol} failed: {Reason}", symbol, e.Message);
        }
    }

    private sealed class Listening(ProcessMarket market, Action<QuoteBatch> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (market._listenersLock)
            {
                market._listeners = market._listeners.Remove(listener);
            }
        }
    }
}
