using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>
/// The one place where a symbol's quotes pass: validate, keep, build bars, judge alerts, fire levels, hand on. Every quote is seen
/// here, in order; what is handed on may be conflated by whoever receives it.
/// </summary>
[Reentrant]
public sealed class SymbolGrain(
    IAlertBookkeeping alertStore,
    IMarketStore store,
    IAccountDirectory accounts,
    FeedSettings feeds,
    TradingMetrics metrics,
    TimeProvider clock,
    ILogger<SymbolGrain> log) : Grain, ISymbolGrain
{
    /// <summary>What is written behind waits at most this long.</summary>
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(1);

    /// <summary>An account that did not take what has happened to its levels is told again so soon, and then less and less often.</summary>
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TellAgainMax = TimeSpan.FromSeconds(5);

    /// <summary>Firings being recorded at the same time.</summary>
    private const int DeliveriesMax = 512;

    private readonly List<PriceTrigger> _hits = [];
    private readonly List<AlertFiring> _firings = [];
    private readonly List<BarClosed> _closed = [];
    private readonly List<AlertFired> _undelivered = [];
    private readonly FeedValidators _validators = new();
    private ObserverSet<IQuoteObserver> _observers = null!;
    private TriggerBook _book = null!;
    private AlertBook _alerts = null!;
    private SymbolBars _bars = null!;
    private FeedSelector _feed = null!;
    private RefusedQuotes _refused = null!;
    private AwaitedHolders _awaited = null!;
    private Instrument? _instrument;
    private Quote? _last;
    private Task _writing = Task.CompletedTask;
    private DateTimeOffset? _lastCameAt;
    private bool _unsaved;
    private bool _delivering;
    private bool _ended;

    private string Symbol => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _instrument = store.FindInstrument(Symbol);
        _observers = new ObserverSet<IQuoteObserver>((int)(ProcessMarket.DroppedAfter / WriteEvery));
        _book = new TriggerBook(Symbol);
        _bars = new SymbolBars(_instrument?.Point ?? 0.00001m, feeds.TradingDay);
        _alerts = new AlertBook(Symbol, _bars.EndOf);
        _feed = new FeedSelector(feeds.SilenceBeforeFailover);
        _refused = new RefusedQuotes(clock, log);
        _awaited = new AwaitedHolders(clock, RearmAsync);
        if (_instrument is null)
        {
            return;
        }

        _last = await store.LastQuoteAsync(Symbol, cancellationToken);
        _bars.Load(Symbol, await store.RecentBarsAsync(Symbol, SymbolBars.KeptMax, cancellationToken));
        await foreach (var alert in alertStore.ActiveAsync(Symbol, cancellationToken))
        {
            _alerts.Set(alert.Definition, alert.State, ReferenceOf(alert.Definition), _last);
        }

        // Accounts that wait for levels here arm them again; until they have, the levels only fire later, never not.
        var holders = await accounts.HoldersAsync(Symbol, cancellationToken);
        foreach (var account in holders)
        {
            await GrainFactory.GetGrain<IAccountGrain>(account).RearmAsync();
        }

        _awaited.Expect(holders);

        this.RegisterGrainTimer(OnTimerAsync, new GrainTimerCreationOptions(WriteEvery, WriteEvery) { Interleave = true, KeepAlive = true });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _ended = true;
        return _instrument is null ? Task.CompletedTask : WriteBehindAsync();
    }

    public Task PublishAsync(QuoteBatch batch)
    {
        var elapsed = clock.GetElapsedTime(0);
        if (_instrument is null || !_feed.MayCarry(batch.Feed, batch.FeedRank, elapsed))
        {
            return Task.CompletedTask;
        }

        var validator = _validators.Of(batch.Feed);
        var now = clock.GetUtcNow();
        var accepted = batch.Quotes;
        ImmutableArray<Quote>.Builder? kept = null;
        for (var i = 0; i < batch.Quotes.Length; i++)
        {
            var quote = batch.Quotes[i];
            if (validator.Check(quote, now) is var verdict && verdict != QuoteVerdict.Accepted)
            {
                kept ??= Keep(batch.Quotes, i);
                metrics.QuotesDropped(1, TradingMetrics.Invalid);
                _refused.Add(batch.Feed, quote, verdict, now);
                continue;
            }

            kept?.Add(quote);
            Take(quote);
        }

        accepted = kept?.ToImmutable() ?? accepted;
        if (accepted.Length > 0)
        {
            _feed.Heard(batch.Feed, batch.FeedRank, elapsed);
            metrics.QuotesTaken(accepted.Length);
            HandOn(kept is null ? batch : batch with { Quotes = accepted });
        }

        return Task.CompletedTask;
    }

    public Task<QuoteReply> GetQuoteAsync() => Task.FromResult(new QuoteReply(_last, _instrument));

    public Task<QuoteReply> SubscribeAsync(IQuoteObserver observer)
    {
        _observers.Renew(observer);
        return GetQuoteAsync();
    }

    public Task UnsubscribeAsync(IQuoteObserver observer)
    {
        _observers.Remove(observer);
        return Task.CompletedTask;
    }

    public Task ArmAsync(ArmTriggers request)
    {
        _awaited.Heard(request.AccountId);
        _book.Replace(request.AccountId, request.Triggers.AsSpan());
        // Not at a quote of before the start: it may be older than what the account has decided since.
        if (_last is { } last && _lastCameAt is not null)
        {
            Fire(last);
        }

        return Task.CompletedTask;
    }

    /// <summary>The answer says that the account is up; what goes before it says that its levels are not.</summary>
    private async Task RearmAsync(Guid accountId)
    {
        var account = GrainFactory.GetGrain<IAccountGrain>(accountId);
        await account.RearmAsync();
        await account.GetStatusAsync();
    }

    public Task ArmAlertAsync(AlertView alert)
    {
        _alerts.Set(alert.Definition, alert.State, ReferenceOf(alert.Definition), _last);
        return Task.CompletedTask;
    }

    public Task DisarmAlertAsync(Guid alertId)
    {
        _alerts.Remove(alertId);
        return Task.CompletedTask;
    }

    public async Task<ImmutableArray<BarRow>> GetBarsAsync(BarQuery query)
    {
        var timeframe = SymbolBars.Parse(query.Timeframe);

        // What has closed lately may not be stored yet.
        await WriteBehindAsync();
        var stored = await store.BarsAsync(Symbol, query, CancellationToken.None);
        if (_bars.Forming(timeframe) is not { } forming || forming.Time < query.From || query.Limit < 1)
        {
            return stored;
        }

        // Nor is what has closed since, or could not be written.
        var closed = _bars.Closed(timeframe).Where(b => b.Time < forming.Time).ToList();
        var there = stored.Where(b => closed.Count > 0 && b.Time >= closed[0].Time).Select(b => b.Time).ToHashSet();
        var rows = closed.Where(b => !there.Contains(b.Time)).Append(forming).Where(b => !(b.Time < query.From) && !(b.Time >= query.To))
            .Select(b => new BarRow(b.Time, b.Open, b.High, b.Low, b.Close, b.TickVolume));
        return [.. stored.Where(b => b.Time < forming.Time).Concat(rows).OrderBy(b => b.Time).TakeLast(query.Limit)];
    }

    private void Take(in Quote quote)
    {
        _closed.Clear();
        _bars.Add(quote, _closed);
        foreach (var bar in _closed)
        {
            var timeframe = bar.Timeframe.ToString();
            _alerts.ObserveClose(timeframe, bar.CloseQuote, n => _bars.CloseBack(timeframe, n), _firings, bar.Again);
        }

        _last = quote;
        _lastCameAt = clock.GetUtcNow();
        _unsaved = true;
        _alerts.Observe(quote, _firings);
        if (_firings.Count > 0)
        {
            foreach (var firing in _firings)
            {
                var (definition, state) = _alerts.Find(firing.AlertId)!.Value;
                _undelivered.Add(new AlertFired(firing, state, definition.Version));
            }

            _firings.Clear();
            _ = DeliverAsync();
        }

        Fire(quote);
    }

    /// <summary>Sends what the quote has reached to the accounts that armed it, one message an account.</summary>
    private void Fire(in Quote quote)
    {
        _hits.Clear();
        if (_book.Fire(quote, _hits) == 0)
        {
            return;
        }

        foreach (var owner in _hits.GroupBy(h => h.Key.OwnerId))
        {
            TellUntilTaken(GrainFactory.GetGrain<IAccountGrain>(owner.Key), new TriggerHit(owner.Key, quote, [.. owner], _lastCameAt ?? clock.GetUtcNow()));
        }
    }

    /// <summary>
    /// The levels are out of the book, so nobody else will tell of them: a silo that goes or a database that is away delays a stop loss and
    /// does not lose it. Where this grain goes first, its next activation has the accounts arm anew.
    /// </summary>
    private async void TellUntilTaken(IAccountGrain account, TriggerHit hit)
    {
        for (var pause = TellAgainAfter; ; pause = pause * 2 < TellAgainMax ? pause * 2 : TellAgainMax)
        {
            try
            {
                await account.OnTriggerAsync(hit);
                return;
            }
            catch (Exception e)
            {
                log.LogWarning("Account {AccountId} did not take that {Symbol} reached its levels; telling it again in {Pause}: {Reason}", hit.AccountId, Symbol, pause, e.Message);
            }

            hit = hit with { Late = true };
            await Task.Delay(pause, clock);
            if (_ended)
            {
                return;
            }
        }
    }

    private void HandOn(QuoteBatch batch)
    {
        foreach (var observer in _observers.Live())
        {
            var call = observer.OnQuotesAsync(batch);
            if (!call.IsCompletedSuccessfully)
            {
                Watch(observer, call);
            }
        }
    }

    private async void Watch(IQuoteObserver observer, Task call)
    {
        try
        {
            await call;
        }
        catch (Exception e)
        {
            log.LogDebug(e, "An observer of {Symbol} is gone", Symbol);
            _observers.Remove(observer);
        }
    }

    /// <summary>
    /// Brings firings to their alerts until each is recorded: a store that is away delays them, it does not lose them. Those of one
    /// alert go in order, different alerts side by side.
    /// </summary>
    private async Task DeliverAsync()
    {
        if (_delivering)
        {
            return;
        }

        _delivering = true;
        try
        {
            while (_undelivered.Count > 0)
            {
                var round = _undelivered.DistinctBy(f => f.Firing.AlertId).Take(DeliveriesMax).ToList();
                var told = await Task.WhenAll(round.Select(TryDeliverAsync));
                var done = round.Where((_, i) => told[i]).ToHashSet();
                _undelivered.RemoveAll(done.Contains);
                if (done.Count < round.Count)
                {
                    log.LogWarning("{Count} firings of alerts on {Symbol} wait to be recorded", _undelivered.Count, Symbol);
                    return;
                }
            }
        }
        finally
        {
            _delivering = false;
        }
    }

    private async Task<bool> TryDeliverAsync(AlertFired fired)
    {
        try
        {
            await GrainFactory.GetGrain<IAlertGrain>(fired.Firing.AlertId).OnFiredAsync(fired);
            return true;
        }
        catch (Exception e)
        {
            log.LogDebug(e, "Firing {Sequence} of alert {AlertId} was not recorded", fired.Firing.Sequence, fired.Firing.AlertId);
            return false;
        }
    }

    private async Task OnTimerAsync(CancellationToken cancellation)
    {
        _observers.NextRound();
        _alerts.Expire(clock.GetUtcNow());
        _ = _awaited.AskAsync();
        await DeliverAsync();
        await WriteBehindAsync();
    }

    /// <summary>One after another: of two that overlapped the older could be the last.</summary>
    private Task WriteBehindAsync() => _writing = WriteAfterAsync(_writing);

    private async Task WriteAfterAsync(Task before)
    {
        await before;
        var bars = _bars.TakeClosed();
        var states = _alerts.TakeChanged(_undelivered.Select(f => f.Firing.AlertId).ToHashSet());
        try
        {
            if (bars.Length > 0 || _unsaved)
            {
                _unsaved = false;
                await store.WriteAsync(Symbol, _last, bars);
            }

            // After the bars: the close of the last stored one is judged again at the next start, by what was known before it.
            if (states.Count > 0)
            {
                await alertStore.SaveStatesAsync([.. states.Select(s => (s.Definition.Id, s.State))]);
            }
        }
        catch (Exception e)
        {
            log.LogWarning(e, "Bars, last quote and alerts of {Symbol} could not be written; they are written with the next", Symbol);
            _bars.Restore(bars);
            _alerts.PutBack(states);
            _unsaved = true;
        }
    }

    private decimal? ReferenceOf(AlertDefinition definition) =>
        AlertEngine.NeedsReference(definition) ? _bars.CloseBack(definition.Timeframe!, definition.BarsBack) : null;

    private static ImmutableArray<Quote>.Builder Keep(ImmutableArray<Quote> quotes, int count)
    {
        var kept = ImmutableArray.CreateBuilder<Quote>(quotes.Length);
        kept.AddRange(quotes.AsSpan(0, count));
        return kept;
    }
}
