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
    /// Subscriptions are renewed this often; a symbol drops an observer that has not renewed for <see cref="DroppedAfter"/>. A symbol that has moved to
    /// another process knows its observers again after this long.
    /// </summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    /// <summary>Until then a process that has died is sent every quote.</summary>
    public static readonly TimeSpan DroppedAfter = 6 * RenewEvery;

    /// <summary>How long the first picture is waited for; a symbol that has not answered by then comes with a renewal.</summary>
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(200);

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
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
        var since = _clock.GetTimestamp();
        await Task.WhenAll(_board.Instruments.Select(i => SeeAsync(i.Symbol, since)));
        _seen.TrySetResult();
        _renewing = RenewAsync();
    }

    /// <summary>
    /// Until every symbol has answered this process for the first time: before that a symbol may be quoted and have no price here, and what is decided
    /// for want of one is decided for good. Not longer than ten seconds.
    /// </summary>
    public Task SeenAsync(CancellationToken cancellation) =>
        _seen.Task.IsCompleted ? Task.CompletedTask : WaitAsync(cancellation);

    private async Task WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await _seen.Task.WaitAsync(SeenWithin, _clock, cancellation);
        }
        catch (TimeoutException)
        {
            _log.LogWarning("Not every symbol has answered within {Patience}; accounts go on with the prices that are there", SeenWithin);
        }
    }

    private async Task SeeAsync(string symbol, long since)
    {
        while (!await SubscribeAsync(symbol) && _clock.GetElapsedTime(since) < SeenWithin)
        {
            await Task.Delay(AskAgainAfter, _clock, _stop.Token);
        }
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

    /// <returns>Whether the symbol has answered.</returns>
    private async Task<bool> SubscribeAsync(string symbol)
    {
        try
        {
            var reply = await _grains.GetGrain<ISymbolGrain>(symbol).SubscribeAsync(_self!);
            if (reply.Quote is { } quote && (LastQuote(symbol) is not { } known || known.Time < quote.Time))
            {
                _board.Update(quote);
            }

            return true;
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // The next renewal tries again; until then the last quote stands.
            _log.LogWarning("Subscribing to {Symbol} failed: {Reason}", symbol, e.Message);
            return false;
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
