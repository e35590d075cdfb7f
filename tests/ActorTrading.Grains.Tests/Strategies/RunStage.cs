using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Grains.Tests.Strategies;

/// <summary>Where a run trades.</summary>
public enum Venue { PaperHedging, PaperNetting, TerminalHedging, TerminalNetting }

/// <summary>
/// A strategy that trades EURUSD minutes in one account. Its script does what the bars command: a bar's height in pips is the order. The
/// clock is moved from minute to minute.
/// </summary>
internal sealed class RunStage : IAsyncDisposable
{
    /// <summary>Lots are tens of thousands of units in tenths.</summary>
    public const string Commanded = """
        //@version=6
        strategy("Commanded", pyramiding=5, margin_long=0, margin_short=0, close_entries_rule="ANY", initial_capital=1000000)
        int command = int(math.round((close - open) / 0.0001))
        switch command
            1 => strategy.entry("L", strategy.long, qty=10000)
            2 => strategy.entry("L2", strategy.long, qty=20000)
            3 => strategy.close("L2", qty=10000)
            -1 => strategy.close_all()
            -2 => strategy.entry("S", strategy.short, qty=20000)
            -3 => strategy.entry("Huge", strategy.long, qty=1e30)
            -4 => strategy.entry("Rich", strategy.long, qty=4000000)
            5 => runtime.error("enough")
        """;

    /// <summary>Nothing.</summary>
    public const int Wait = 0;
    public const int Buy = 1;
    public const int BuyTwo = 2;
    public const int CloseOneOfTwo = 3;
    public const int CloseAll = -1;
    public const int SellTwo = -2;
    public const int BuyHuge = -3;
    public const int BuyTooMuch = -4;
    public const int Fail = 5;

    private readonly JumpingClock _clock = new();
    private readonly PositionMode _mode;
    private decimal _price = 1.10000m;
    private DateTimeOffset _quotedAt;

    private readonly Action<IServiceCollection>? _services;

    private RunStage(SimulatedTerminal? terminal, PositionMode mode, Action<IServiceCollection>? services) => (Terminal, _mode, _services) = (terminal, mode, services);

    public TradingHost Host { get; private set; } = null!;

    public SimulatedTerminal? Terminal { get; }

    public Guid User { get; private set; }

    public Guid AccountId { get; private set; }

    public Guid Strategy { get; private set; }

    public Guid Id { get; } = TradingHost.NewId();

    public DateTimeOffset Bar { get; private set; }

    /// <summary>The last bid.</summary>
    public decimal Price => _price;

    public IAccountGrain Account => Host.Grains.GetGrain<IAccountGrain>(AccountId);

    public IStrategyRunGrain Run => Host.Grains.GetGrain<IStrategyRunGrain>(Id);

    /// <summary>With a run that goes on, and a bar that forms.</summary>
    public static async Task<RunStage> StartAsync(Server server, Venue venue, string script = Commanded, Func<SimulatedTerminalOptions, SimulatedTerminalOptions>? terminal = null,
        Action<IServiceCollection>? services = null)
    {
        var mode = venue is Venue.PaperNetting or Venue.TerminalNetting ? PositionMode.Netting : PositionMode.Hedging;
        var stage = new RunStage(venue >= Venue.TerminalHedging ? TestTerminal.Start(1, o => (terminal?.Invoke(o) ?? o) with { Mode = mode }) : null, mode, services);
        stage.Host = await TradingHost.StartAsync(server, stage.Services);
        stage.Bar = Minute(stage._clock.GetUtcNow());
        await stage.OpenBarAsync();
        stage.User = await stage.Host.UserAsync();
        var account = stage.Terminal is { } there ? await TestTerminal.AccountAsync(stage.Host, stage.User, there, mode) : await stage.Host.PaperAccountAsync(stage.User, mode: mode);
        stage.AccountId = (await account.GetStatusAsync()).AccountId;
        stage.Strategy = await stage.StrategyAsync(script);
        await stage.Run.StartAsync(stage.Request(stage.Strategy));
        return stage;
    }

    public StartStrategyRun Request(Guid strategy) => new(User, strategy, 1, AccountId, "EURUSD", "M1", null, 10_000m, _mode);

    public async Task<Guid> StrategyAsync(string script)
    {
        var id = TradingHost.NewId();
        await new StrategyStore(Host.Database).CreateAsync(new() { Id = id, UserId = User, Name = "Commanded", Script = script, CreatedAt = DateTimeOffset.UtcNow });
        return id;
    }

    /// <summary>The bar that forms ends with the command, and the next one opens.</summary>
    public async Task CommandAsync(int pips)
    {
        await TickAsync(pips);
        await OpenBarAsync();
    }

    /// <summary>A quote so many pips away from the last.</summary>
    public Task TickAsync(decimal pips)
    {
        _price += pips * 0.0001m;
        return QuoteAsync(_quotedAt.AddSeconds(1));
    }

    /// <summary>A quote that the terminal alone gets, so many pips away from the last that all have got.</summary>
    public Task PushToTerminalAsync(decimal pips)
    {
        _quotedAt = _quotedAt.AddSeconds(1);
        return Terminal!.PushQuote(new Quote("EURUSD", _price + pips * 0.0001m, _price + (pips + 1) * 0.0001m, _quotedAt));
    }

    public void Leap(TimeSpan span) => _clock.JumpTo(_clock.GetUtcNow() + span);

    public Task OpenBarAsync()
    {
        Bar = Bar.AddMinutes(1);
        _clock.JumpTo(Bar);
        return QuoteAsync(Bar);
    }

    /// <summary>Long enough for what was refused to be tried again, with the quote that lets it.</summary>
    public async Task RestAsync()
    {
        _clock.JumpTo(_clock.GetUtcNow().AddSeconds(11));
        await QuoteAsync(_quotedAt.AddMilliseconds(1));
    }

    /// <summary>Lets the run act until it knows of nothing under way and the account holds so many signed lots of its symbol.</summary>
    public Task<AccountState> UntilNetAsync(decimal lots) => UntilAsync((account, book) => Net(account) == lots && book.Pending is null, $"{lots} lots");

    /// <summary>Lets the run act until something holds.</summary>
    public async Task<AccountState> UntilAsync(Func<AccountState, RunBook, bool> holds, string what) => (await TradingHost.UntilAsync(async () =>
    {
        await Run.StepAsync();
        var stored = await StoredAsync();
        stored.Error.ShouldBeNull();
        return (Account: await Account.GetStateAsync(), Book: Book(stored));
    }, seen => holds(seen.Account, seen.Book), what)).Account;

    /// <summary>Lets the run act on the bars so far; then nothing has changed in the account, unless that is expected.</summary>
    public async Task<AccountState> QuietAsync(bool allowTrades = false)
    {
        var before = await Account.GetStateAsync();
        await UntilAsync((_, book) => book.Pending is null && book.Cursor >= Bar.AddMinutes(-1), "the bars being acted on");
        await Run.StepAsync();
        var after = await Account.GetStateAsync();
        if (!allowTrades)
        {
            Net(after).ShouldBe(Net(before));
        }

        return after;
    }

    public async Task<StoredStrategyRun> StoredAsync() => (await new StrategyRunStore(Host.Database).GetAsync(Id))!;

    public async Task<RunBook> BookAsync() => Book(await StoredAsync());

    private static RunBook Book(StoredStrategyRun run) => JsonSerializer.Deserialize<RunBook>(run.State, DomainJson.Options)!;

    /// <summary>The process goes away and another begins; its market knows the last quote again.</summary>
    /// <param name="book">What the run's state is then said to be, as if the process had died earlier.</param>
    /// <param name="meanwhile">What happens while no process runs.</param>
    public async Task RestartAsync(Func<RunBook, RunBook>? book = null, Func<Task>? meanwhile = null)
    {
        var stored = await StoredAsync();
        Host = await Host.RestartAsync(async database =>
        {
            if (meanwhile is not null)
            {
                await meanwhile();
            }

            if (book is null)
            {
                return;
            }

            var state = JsonSerializer.Serialize(book(JsonSerializer.Deserialize<RunBook>(stored.State, DomainJson.Options)!), DomainJson.Options);
            (await new StrategyRunStore(database).SaveStateAsync(Id, stored.State, state, DateTimeOffset.UtcNow)).ShouldBeTrue();
        }, Services);
        if (Terminal is not null)
        {
            await Host.Grains.GetGrain<ITerminalGrain>(AccountId).WakeAsync();
        }
    }

    /// <summary>The process is away while bars with these commands come, and begins when the next bar does.</summary>
    public async Task RestartAfterAsync(params int[] commands)
    {
        var missed = new List<(Timeframe, Bar)>();
        foreach (var command in commands)
        {
            var close = _price + command * 0.0001m;
            missed.Add((Timeframe.M1, new Bar(Bar, _price, Math.Max(_price, close), Math.Min(_price, close), close, 2, 10)));
            _price = close;
            Bar = Bar.AddMinutes(1);
        }

        Bar = Bar.AddMinutes(-1);
        Host = await Host.RestartAsync(async database =>
        {
            foreach (var page in missed.Chunk(CandleStore.BarsMax))
            {
                await new CandleStore(database).SaveAsync("EURUSD", page);
            }
        }, Services);
        if (Terminal is not null)
        {
            await Host.Grains.GetGrain<ITerminalGrain>(AccountId).WakeAsync();
        }

        await OpenBarAsync();
    }

    /// <summary>A quote as the last, so that a process that has just begun has one.</summary>
    public Task QuoteAgainAsync() => QuoteAsync(_quotedAt.AddMilliseconds(1));

    public static decimal Net(AccountState account) => RunBook.SignedIn(account, "EURUSD");

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        if (Terminal is not null)
        {
            await Terminal.DisposeAsync();
        }
    }

    private void Services(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(_clock);
        _services?.Invoke(services);
    }

    private async Task QuoteAsync(DateTimeOffset at)
    {
        _quotedAt = at;
        if (Terminal is not null)
        {
            await Terminal.PushQuote(new Quote("EURUSD", _price, _price + 0.0001m, at));
        }

        await Host.QuoteAsync("EURUSD", _price, _price + 0.0001m, at);
    }

    private static DateTimeOffset Minute(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
