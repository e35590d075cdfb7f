using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Timeframe = ActorTrading.Domain.Timeframe;

namespace ActorTrading.Grains;

/// <summary>Once a second: read the bars that have come, calculate what the script wants, send the difference to the account.</summary>
public sealed partial class StrategyRunGrain(IStrategyRunStore store, IStrategyStore strategies, ICandleStore candles, IOrderQueries orders, InstrumentSet instruments,
    FeedSettings feeds, TimeProvider clock, ILogger<StrategyRunGrain> log) : Grain, IStrategyRunGrain
{
    private static readonly TimeSpan StepEvery = TimeSpan.FromSeconds(1);

    /// <summary>Bars before the run's begin with which the script warms up.</summary>
    private const int WarmUpBars = 5_000;

    /// <summary>Beyond it the run ends, and is to be started again.</summary>
    private const int BarsMax = 200_000;

    /// <summary>A calculation is followed by this many times its duration without one, unless a bar closes.</summary>
    private const int RestFactor = 20;

    private StoredStrategyRun? _run;
    private RunSettings _settings = null!;
    private RunBook _book = RunBook.Empty;
    private string _stored = "";
    private LiveScript? _script;
    private Instrument _instrument = null!;
    private Timeframe _timeframe;
    private readonly BarSeriesBuilder _closed = new();
    private DateTimeOffset? _newest;
    private bool _hasPages;
    private BarRow? _judged;

    // Closed bars that the store has with less in them than was seen.
    private readonly HashSet<DateTimeOffset> _mended = [];
    private long _restUntil;
    private readonly ObservedPath _path = new();

    // The bar in which the run had traded before the process began.
    private DateTimeOffset? _resumedIn;

    // What the script held at the end of the last bar that was seen to its end, by the way that was seen.
    private (DateTimeOffset Bar, double Units)? _seenAtClose;

    private Guid Id => this.GetPrimaryKey();

    public override Task OnActivateAsync(CancellationToken cancellationToken) => GoOnAsync();

    public async Task StartAsync(StartStrategyRun request)
    {
        if (await GoOnAsync())
        {
            return;
        }

        var now = clock.GetUtcNow();
        var timeframe = Enum.Parse<Timeframe>(request.Timeframe);
        var warmUp = await candles.ReadAsync(request.Symbol, timeframe, null, now, WarmUpBars);
        var settings = new RunSettings(request.InputsJson, request.InitialCapital, warmUp.Count > 0 ? warmUp[0].Time : timeframe.PeriodOf(now, feeds.TradingDay).Start, now, request.Mode);
        var run = new StoredStrategyRun
        {
            Id = Id, UserId = request.UserId, StrategyId = request.StrategyId, StrategyVersion = request.StrategyVersion, AccountId = request.AccountId,
            Symbol = request.Symbol, Timeframe = request.Timeframe, Settings = JsonSerializer.Serialize(settings, DomainJson.Options),
            State = JsonSerializer.Serialize(RunBook.Empty, DomainJson.Options), CreatedAt = now,
        };

        // A netting account has one position a symbol: two runs would close each other's.
        if (await store.CreateAsync(run, aloneOnSymbol: request.Mode == PositionMode.Netting))
        {
            await BeginAsync(run);
        }
    }

    public Task WakeAsync() => GoOnAsync();

    public async Task<bool> StopAsync(bool closeHeld)
    {
        await GoOnAsync();
        if (_run is null)
        {
            return true;
        }

        if (closeHeld && !await FlattenAsync())
        {
            return false;
        }

        if (_run is not null)
        {
            await EndAsync("stopped", null);
        }

        return true;
    }

    public async Task StepAsync()
    {
        if (_run is null)
        {
            return;
        }

        try
        {
            if (_book.Stopping)
            {
                if ((_book.Pending is not null || (clock.GetTimestamp() >= _restUntil && !await AwaitsMarketAsync())) && await FlattenAsync() && _run is not null)
                {
                    await EndAsync("stopped", null);
                }

                return;
            }

            var forming = await ReadBarsAsync();
            if (_run is null || _closed.Count == 0)
            {
                return;
            }

            if (forming is null)
            {
                // Before the next bar's first quote nothing is decided: only what was under way before an interruption is settled.
                if (_book.Pending is { } pending)
                {
                    await SendAsync(pending.Target, pending.BarTime, null);
                }

                return;
            }

            if (_path.Time is null && _book.Seen.Exists(b => b.Time == forming.Time))
            {
                _resumedIn = forming.Time;
            }

            _path.See(forming);
            if (_book.Pending is { } underWay && await IsUnderWayAsync(underWay))
            {
                // Nothing that the script wants now could be done; a terminal may be away for hours, and a calculation takes its time from other runs.
                return;
            }

            var started = clock.GetTimestamp();
            var hasClosed = _book.Cursor != _newest;
            if (!hasClosed && _book.Pending is null && (forming == _judged || started < _restUntil))
            {
                return;
            }

            var (wanted, error) = await WantedAsync(forming);
            _restUntil = Math.Max(_restUntil, started + (clock.GetTimestamp() - started) * RestFactor);
            if (error is not null)
            {
                await EndAsync("failed", error);
                return;
            }

            await SettleCloseAsync(wanted);
            if (_resumedIn == forming.Time)
            {
                // Of the way that the price had taken before the interruption only the bar's shape is left.
                await MissAsync(_book.Assuming(LiveScript.Lots(wanted.Units, _instrument), _book.Aim));
                _resumedIn = null;
            }

            if (await SendAsync(LiveScript.Lots(wanted.Units, _instrument), forming.Time, forming) && _run is not null && _book.Cursor != _newest)
            {
                await SaveAsync(_book with { Cursor = _newest, Seen = _book.Seen.RemoveAll(b => b.Time <= _newest && !_mended.Contains(b.Time)) });
            }

            await ProtectAsync(wanted.Stops);
            _judged = forming;
        }
        catch (Exception e)
        {
            // Whatever was under way is stored as pending: the next step asks for its outcome before anything else.
            log.LogWarning(e, "Run {Id} could not step; trying again", Id);
        }
    }

    /// <summary>Closes what is held, or what of it can be closed now.</summary>
    /// <returns>Whether nothing is held any more.</returns>
    private async Task<bool> FlattenAsync()
    {
        if (_book is { Net: 0, Pending: null })
        {
            return true;
        }

        if (!_book.Stopping)
        {
            await SaveAsync(_book with { Stopping = true });
        }

        // Of now, and not of the last bar, which may be long over: an order just sent would count as one that is too old to be on its way.
        await SendAsync(0, clock.GetUtcNow(), null);
        return _book.Net == 0 && _book.Pending is null;
    }

    private Task MissAsync(RunBook book) => book == _book ? Task.CompletedTask : SaveAsync(book);

    /// <summary>
    /// Takes up the stored run, unless that is done: where a start has failed with the run stored, this activation is alive, and nobody but those
    /// who call it would find out.
    /// </summary>
    /// <returns>Whether there is a run.</returns>
    private async Task<bool> GoOnAsync()
    {
        if (_script is not null)
        {
            return true;
        }

        var run = await store.GetAsync(Id);
        if (run is { Status: "running" })
        {
            await BeginAsync(run);
        }

        return run is not null;
    }

    private async Task BeginAsync(StoredStrategyRun run)
    {
        var source = await strategies.ScriptAsync(run.StrategyId, run.StrategyVersion);
        _run = run;
        _timeframe = Enum.Parse<Timeframe>(run.Timeframe);
        try
        {
            _settings = JsonSerializer.Deserialize<RunSettings>(run.Settings, DomainJson.Options)!;
            Know(run.State);
        }
        catch (JsonException e)
        {
            log.LogError(e, "What is stored of run {Id} cannot be read", Id);
            await EndAsync("failed", "What is stored of the run cannot be read.");
            return;
        }

        var compiled = PineCompiler.Compile(source ?? "");
        if (compiled.Script is not { Kind: ScriptKind.Strategy } script || instruments.Find(run.Symbol) is not { } instrument)
        {
            await EndAsync("failed", compiled.Script is null && source is not null
                ? $"The strategy's script is not accepted any more: {compiled.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error).Message}"
                : "The strategy's script or its symbol is not there any more.");
            return;
        }

        _instrument = instrument;
        _script = new LiveScript(script, new RunOptions
        {
            Symbol = PineSymbols.Of(instrument, feeds.TradingDay),
            Timeframe = PineSymbols.Of(_timeframe),
            Inputs = BacktestRunner.InputsOf(_settings.InputsJson),
            Limits = ScriptLimits.Default with { Time = TimeSpan.FromSeconds(5), BarTime = TimeSpan.FromSeconds(2), MemoryBytes = 64L * 1024 * 1024 },
            StrategySettings = declared => declared with { InitialCapital = (double)_settings.InitialCapital },
            CapturePlots = false,
            Clock = clock,
        }, _settings.StartedAt);
        this.RegisterGrainTimer(StepAsync, new GrainTimerCreationOptions(StepEvery, StepEvery) { KeepAlive = true });
    }

    private async Task SaveAsync(RunBook book)
    {
        var json = JsonSerializer.Serialize(book, DomainJson.Options);
        if (!await store.SaveStateAsync(Id, _stored, json, clock.GetUtcNow()))
        {
            // Another activation has gone on with the run or ended it, or an earlier save has reached the store after all.
            var run = await store.GetAsync(Id);
            if (run is { Status: "running" })
            {
                Know(run.State);
            }
            else
            {
                _run = null;
                DeactivateOnIdle();
            }

            throw new ConflictException(run?.AccountId ?? Guid.Empty, LedgerConflict.Sequence, null, $"Run {Id} is not where it was thought to be; it is looked at anew.");
        }

        (_stored, _book) = (json, book);
    }

    private void Know(string state) => (_stored, _book) = (state, JsonSerializer.Deserialize<RunBook>(state, DomainJson.Options)!);

    private async Task EndAsync(string status, string? error)
    {
        // After the end nobody asks: what it has bought would not be in what it leaves to its user.
        await NoteOutcomeAsync();
        await store.StopAsync(Id, status, error, clock.GetUtcNow());
        var run = _run!;
        _run = null;
        await GrainFactory.GetGrain<IUserGrain>(run.UserId).PublishAsync(StrategyMessages.Ended(run, status, error));
        DeactivateOnIdle();
    }

    /// <param name="HistoryFrom">Where the script's bars begin: the same after every restart, so that it wants the same.</param>
    private sealed record RunSettings(string? InputsJson, decimal InitialCapital, DateTimeOffset HistoryFrom, DateTimeOffset StartedAt, PositionMode Mode);
}
