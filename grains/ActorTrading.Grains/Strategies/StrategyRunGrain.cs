using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using PineBar = ActorTrading.Pine.Bars.Bar;
using Timeframe = ActorTrading.Domain.Timeframe;

namespace ActorTrading.Grains;

/// <summary>Once a second: read the bars that have come, calculate what the script wants, send the difference to the account.</summary>
public sealed class StrategyRunGrain(IStrategyRunStore store, IStrategyStore strategies, ICandleStore candles, IOrderQueries orders, InstrumentSet instruments,
    FeedSettings feeds, TimeProvider clock, ILogger<StrategyRunGrain> log) : Grain, IStrategyRunGrain
{
    private static readonly TimeSpan StepEvery = TimeSpan.FromSeconds(1);

    /// <summary>Bars before the run's begin with which the script warms up.</summary>
    private const int WarmUpBars = 5_000;

    /// <summary>Beyond it the run ends, and is to be started again.</summary>
    private const int BarsMax = 200_000;

    /// <summary>A calculation is followed by this many times its duration without one, unless a bar closes.</summary>
    private const int RestFactor = 20;

    /// <summary>Orders of one step; the rest follows a second later.</summary>
    private const int OrdersPerStepMax = 20;

    /// <summary>After a refusal.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>After the end of its bar an order of before an interruption is not sent any more; longer than a call may take.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(2);

    private StoredStrategyRun? _run;
    private RunSettings _settings = null!;
    private RunBook _book = RunBook.Empty;
    private LiveScript? _script;
    private Instrument _instrument = null!;
    private Timeframe _timeframe;
    private readonly BarSeriesBuilder _closed = new();
    private DateTimeOffset? _newest;
    private BarRow? _judged;
    private long _restUntil;

    private Guid Id => this.GetPrimaryKey();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await store.GetAsync(Id, cancellationToken) is { Status: "running" } run)
        {
            await BeginAsync(run);
        }
    }

    public async Task StartAsync(StartStrategyRun request)
    {
        if (_run is not null || await store.GetAsync(Id) is not null)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var timeframe = Enum.Parse<Timeframe>(request.Timeframe);
        var warmUp = await candles.ReadAsync(request.Symbol, timeframe, null, now, WarmUpBars);
        var settings = new RunSettings(request.InputsJson, request.InitialCapital, warmUp.Count > 0 ? warmUp[0].Time : now, now, request.Mode);
        var run = new StoredStrategyRun
        {
            Id = Id, UserId = request.UserId, StrategyId = request.StrategyId, StrategyVersion = request.StrategyVersion, AccountId = request.AccountId,
            Symbol = request.Symbol, Timeframe = request.Timeframe, Settings = JsonSerializer.Serialize(settings, DomainJson.Options),
            State = JsonSerializer.Serialize(RunBook.Empty, DomainJson.Options), CreatedAt = now,
        };
        await store.CreateAsync(run);
        await BeginAsync(run);
    }

    public Task WakeAsync() => Task.CompletedTask;

    public async Task<bool> StopAsync(bool closeHeld)
    {
        if (_run is null)
        {
            return true;
        }

        if (closeHeld)
        {
            await SendAsync(0, _newest ?? clock.GetUtcNow());
            if (_book.Net != 0 || _book.Pending is not null)
            {
                return false;
            }
        }

        await EndAsync("stopped", null);
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
                    await SendAsync(pending.Target, pending.BarTime);
                }

                return;
            }

            var started = clock.GetTimestamp();
            var hasClosed = _book.Cursor != _newest;
            if (!hasClosed && _book.Pending is null && (forming == _judged || started < _restUntil))
            {
                return;
            }

            var series = _closed.Build(PineSymbols.Of(_timeframe));
            var (units, error) = await _script!.WantedAsync(series, Of(forming));
            _restUntil = started + (clock.GetTimestamp() - started) * RestFactor;
            if (error is not null)
            {
                await EndAsync("failed", $"{error.Message} (line {error.Line}, column {error.Column})");
                return;
            }

            if (await SendAsync(LiveScript.Lots(units, _instrument), forming.Time) && _book.Cursor != _newest)
            {
                await SaveAsync(_book with { Cursor = _newest });
            }

            _judged = forming;
        }
        catch (Exception e)
        {
            // Whatever was under way is stored as pending: the next step asks for its outcome before anything else.
            log.LogWarning(e, "Run {Id} could not step; trying again", Id);
        }
    }

    private async Task BeginAsync(StoredStrategyRun run)
    {
        var source = await strategies.ScriptAsync(run.StrategyId, run.StrategyVersion);
        _settings = JsonSerializer.Deserialize<RunSettings>(run.Settings, DomainJson.Options)!;
        _book = JsonSerializer.Deserialize<RunBook>(run.State, DomainJson.Options)!;
        _timeframe = Enum.Parse<Timeframe>(run.Timeframe);
        _run = run;
        if (source is null || PineCompiler.Compile(source).Script is not { Kind: ScriptKind.Strategy } script || instruments.Find(run.Symbol) is not { } instrument)
        {
            await EndAsync("failed", "The strategy's script or its symbol is not there any more.");
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

    /// <summary>Appends what has closed since the last bar known; answers the bar that forms.</summary>
    private async Task<BarRow?> ReadBarsAsync()
    {
        var symbol = GrainFactory.GetGrain<ISymbolGrain>(_run!.Symbol);
        var from = _newest?.AddMilliseconds(1) ?? _settings.HistoryFrom;
        var rows = await symbol.GetBarsAsync(new BarQuery(_run.Timeframe, from, null, BarsMax));
        if (_closed.Count + rows.Length > BarsMax)
        {
            await EndAsync("failed", $"The run has come to {BarsMax} bars: start it again.");
            return null;
        }

        // A bar has closed when the next one has begun, and stays so when a restart has lost that next one.
        foreach (var (row, isLast) in rows.Select((row, i) => (row, i == rows.Length - 1)))
        {
            if (isLast && !(row.Time <= _book.Cursor))
            {
                return row;
            }

            _closed.Add(Of(row));
            _newest = row.Time;
        }

        return null;
    }

    /// <summary>Sends what is missing between what is held and what is wanted.</summary>
    /// <returns>False where an outcome is not known yet.</returns>
    private async Task<bool> SendAsync(decimal target, DateTimeOffset barTime)
    {
        for (var i = 0; i < OrdersPerStepMax && _book.Next(target, barTime) is { } order; i++)
        {
            if (_book.Pending is not null && await IsForgottenAsync(order))
            {
                await SaveAsync(_book.Forgotten());
                continue;
            }

            if (_book.Pending is null)
            {
                await SaveAsync(_book.Sending(order, _newest));
            }

            // Sent again, it is the same order: the account answers with what became of it.
            var result = await SendAsync(order);
            var made = result.Order ?? (await orders.FindAsync(_run!.UserId, order.IdFor(Id)))?.Row;
            var code = result.Accepted ? null : result.Code ?? RefusalCodes.Of(result.Retcode);
            if (made is { IsFinal: false } || (made is null && code is null or "BROKER_UNAVAILABLE" or "BROKER_BUSY" or "CLOSE_UNDER_WAY"))
            {
                return false;
            }

            var filled = made?.FilledVolume ?? 0;
            var isGone = filled == 0 && code == "POSITION_NOT_FOUND";
            await SaveAsync(isGone ? _book.Gone() : filled > 0 ? _book.Filled(filled, order.IdFor(Id)) : _book.Rejected());
            await GrainFactory.GetGrain<IUserGrain>(_run!.UserId).PublishAsync(StrategyMessages.Signal(_run, order, made, code, result.Message));
            if (filled == 0 && !isGone)
            {
                _restUntil = Math.Max(_restUntil, clock.GetTimestamp() + (long)(RetryAfter.TotalSeconds * clock.TimestampFrequency));
                return true;
            }
        }

        return true;
    }

    /// <summary>Whether an order from before an interruption never reached the account's ledger and its moment has passed.</summary>
    private async Task<bool> IsForgottenAsync(RunOrder order) =>
        clock.GetUtcNow() > _timeframe.PeriodOf(order.BarTime, feeds.TradingDay).End + ForgetAfter && await orders.FindAsync(_run!.UserId, order.IdFor(Id)) is null;

    private Task<TradeResult> SendAsync(RunOrder order)
    {
        var account = GrainFactory.GetGrain<IAccountGrain>(_run!.AccountId);
        var id = order.IdFor(Id);
        return order.Closes is { } position && _settings.Mode == PositionMode.Hedging
            ? account.ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), position, order.Volume))
            : account.PlaceAsync(new PlaceOrder
            {
                OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = _run.Symbol, Side = order.Side, Type = OrderType.Market, Volume = order.Volume, Comment = "strategy",
            });
    }

    private async Task SaveAsync(RunBook book)
    {
        await store.SaveStateAsync(Id, JsonSerializer.Serialize(book, DomainJson.Options), clock.GetUtcNow());
        _book = book;
    }

    private async Task EndAsync(string status, string? error)
    {
        await store.StopAsync(Id, status, error, clock.GetUtcNow());
        var run = _run!;
        _run = null;
        await GrainFactory.GetGrain<IUserGrain>(run.UserId).PublishAsync(StrategyMessages.Ended(run, status, error));
        DeactivateOnIdle();
    }

    private static PineBar Of(BarRow row) => new(row.Time.ToUnixTimeMilliseconds(), (double)row.Open, (double)row.High, (double)row.Low, (double)row.Close, row.Volume);

    /// <param name="HistoryFrom">Where the script's bars begin: the same after every restart, so that it wants the same.</param>
    private sealed record RunSettings(string? InputsJson, decimal InitialCapital, DateTimeOffset HistoryFrom, DateTimeOffset StartedAt, PositionMode Mode);
}
