using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Embedded;
using Orleans.Embedded.Simulation;
using Orleans.Runtime;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>
/// A leader, followers, a market and everything that can go wrong with them, in one thread. All of it follows from the seed.
/// </summary>
internal sealed class CopySimulation : IAsyncDisposable
{
    private const int Followers = 4;
    private const int Commands = 14;
    private static readonly string[] Symbols = ["EURUSD", "GBPUSD"];
    private static readonly Instrument[] Instruments = [.. Symbols.Select(s => InstrumentCatalog.Get(s) with { Schedule = TradingSchedule.Always })];
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(150);

    private readonly Random _dice;
    private readonly Dictionary<string, decimal> _mid = new() { ["EURUSD"] = 1.1m, ["GBPUSD"] = 1.25m };
    private long _ids;

    private CopySimulation(int seed, BrokerSettings? broker = null)
    {
        _dice = new Random(seed);
        // Half of the seeds have fewer places than followers.
        var offers = OfferSettings.Default with { AtOnce = seed % 2 == 0 ? Followers / 2 : Followers };
        Host = SimulationHost.Start(seed, o =>
        {
            o.AddGrainAssemblies(typeof(AccountGrain).Assembly, typeof(IAccountGrain).Assembly).UseMemoryStorage().UseMemoryReminders();
            o.ValidateContracts = false;
        }, services => AddServices(services.AddSingleton(offers).AddSingleton(broker ?? BrokerSettings.Default with { SlippagePoints = 1 })));
        Host.Patience = TimeSpan.FromDays(2);
        Leader = NewId();
    }

    public SimulationHost Host { get; }

    public Guid Leader { get; }

    public SimulatedLedger Ledger => Host.Services.GetRequiredService<SimulatedLedger>();

    public SimulatedLinks Links => Host.Services.GetRequiredService<SimulatedLinks>();

    public IAccountGrain Account(Guid id) => Host.Client.GetGrain<IAccountGrain>(id);

    private SimulatedAccounts Accounts => Host.Services.GetRequiredService<SimulatedAccounts>();

    private ProcessMarket Market => Host.Services.GetRequiredService<ProcessMarket>();

    private ILeaderGrain LeaderGrain => Host.Client.GetGrain<ILeaderGrain>(Leader);

    /// <summary>Trades for a while under faults, then lets everything come to rest with the leader flat.</summary>
    public static CopySimulation Run(int seed)
    {
        var simulation = new CopySimulation(seed);
        simulation.Host.Run(simulation.OpenAsync);
        simulation.Break();
        simulation.Host.Run(() => Task.WhenAll(simulation.TradeAsync(Commands / 2), simulation.TradeAsync(Commands / 2), simulation.ChangeLinksAsync(), simulation.QuoteAsync(40)));
        simulation.Repair();
        simulation.Host.Run(simulation.ComeToRestAsync);
        return simulation;
    }

    /// <summary>Opens the accounts and links, with half as many places as followers; nothing goes wrong and nobody trades yet.</summary>
    public static CopySimulation Open(BrokerSettings? broker = null)
    {
        var simulation = new CopySimulation(2, broker);
        simulation.Host.Run(simulation.OpenAsync);
        return simulation;
    }

    /// <summary>The leader buys, at market without a limit; when that is durable.</summary>
    public Task<TradeResult> BuyAsync(decimal? limit = null)
    {
        var id = NewId();
        return Account(Leader).PlaceAsync(new PlaceOrder
        {
            OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = Symbols[0], Side = Side.Buy, Volume = 0.5m,
            Type = limit is null ? OrderType.Market : OrderType.Limit, Price = limit, FillPolicy = limit is null ? FillPolicy.FillOrKill : FillPolicy.Return,
        });
    }

    /// <summary>One more follower, who takes the leader's volumes.</summary>
    public async Task<(Guid Link, IAccountGrain Follower)> FollowAsync(Func<LinkSettings, LinkSettings>? change = null)
    {
        var (follower, link) = (NewId(), NewId());
        await OpenAccountAsync(follower, PositionMode.Hedging, 10_000m);
        var settings = new LinkSettings { LeaderAccountId = Leader, FollowerAccountId = follower, Sizing = new SizingSettings { Mode = SizingMode.None } };
        await Links.AddAsync(link, change?.Invoke(settings) ?? settings);
        await LeaderGrain.LinkChangedAsync(link);
        return (link, Account(follower));
    }

    public Task PassAsync(TimeSpan time) => Task.Delay(time, Host.Clock);

    public Task QuoteAsync() => QuoteAsync(Symbols[0]);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private static void AddServices(IServiceCollection services)
    {
        services.AddSingleton(FeedSettings.Default).AddSingleton(TerminalSettings.Default)
            .AddSingleton(new InstrumentSet(Instruments)).AddSingleton<TradingMetrics>()
            .AddSingleton<SimulatedStore>()
            .AddSingleton<SimulatedLedger>().AddSingleton<ILedgerReader>(p => p.GetRequiredService<SimulatedLedger>()).AddSingleton<ILedgerWriter>(p => p.GetRequiredService<SimulatedLedger>())
            .AddSingleton<ISnapshotKeeper>(p => p.GetRequiredService<SimulatedLedger>()).AddSingleton(new SnapshotSettings(Every: 7, AtLeast: 3))
            .AddSingleton<SimulatedAccounts>().AddSingleton<IAccountDirectory>(p => p.GetRequiredService<SimulatedAccounts>())
            .AddSingleton<SimulatedLinks>().AddSingleton<ILinkDirectory>(p => p.GetRequiredService<SimulatedLinks>())
            .AddSingleton<SimulatedMarket>().AddSingleton<IMarketStore>(p => p.GetRequiredService<SimulatedMarket>())
            .AddSingleton<SimulatedAlerts>().AddSingleton<IAlertBookkeeping>(p => p.GetRequiredService<SimulatedAlerts>())
            .AddSingleton(p => ActivatorUtilities.CreateInstance<ProcessMarket>(p, (IEnumerable<Instrument>)Instruments));
    }

    private Guid NewId() => DeterministicId.FromNumbers(Host?.Seed ?? 0, ++_ids);

    private async Task OpenAsync()
    {
        await Market.StartAsync();
        foreach (var symbol in Symbols)
        {
            await QuoteAsync(symbol);
        }

        await OpenAccountAsync(Leader, _dice.Next(3) == 0 ? PositionMode.Netting : PositionMode.Hedging, 20_000m);
        Accounts.Published.Add(Leader);
        await LeaderGrain.PublishAsync(true);
        for (var i = 0; i < Followers; i++)
        {
            var follower = NewId();
            await OpenAccountAsync(follower, _dice.Next(2) == 0 ? PositionMode.Netting : PositionMode.Hedging, 5_000m * _dice.Next(1, 9));
            var link = NewId();
            await Links.AddAsync(link, Settings(follower, (SizingMode)((Host.Seed * Followers + i) % Enum.GetValues<SizingMode>().Length)));
            await LeaderGrain.LinkChangedAsync(link);
        }
    }

    private Task OpenAccountAsync(Guid id, PositionMode mode, decimal deposit) =>
        Account(id).OpenAsync(new OpenAccount(NewId(), "Simulated", AccountKind.Paper, mode, "USD", 100, deposit, null, Host.Clock.GetUtcNow()));

    private LinkSettings Settings(Guid follower, SizingMode mode)
    {
        var reverse = _dice.Next(3) == 0;
        return new LinkSettings
        {
            LeaderAccountId = Leader,
            FollowerAccountId = follower,
            Sizing = new SizingSettings
            {
                Mode = mode,
                Value = mode switch { SizingMode.FixedVolume => 0.17m, SizingMode.FixedRisk => 0.01m, SizingMode.None or SizingMode.Balance => 0.7m, _ => null },
                Expression = mode == SizingMode.Expression ? "leaderVolume * min(2, balance / leaderBalance)" : null,
                Rounding = _dice.Next(2) == 0 ? VolumeRounding.Floor : VolumeRounding.Nearest,
                ForceTinyTrades = _dice.Next(2) == 0,
            },
            Reverse = reverse,
            SymbolMapping = _dice.Next(4) == 0 ? ImmutableDictionary<string, string>.Empty.Add("EURUSD", "GBPUSD").Add("GBPUSD", "EURUSD") : null,
            Stops = new StopSettings { MaxStopLossPips = mode == SizingMode.FixedRisk ? 80 : null },
            SkipPendingOrders = _dice.Next(3) == 0,
            Timing = new TimingSettings { SignalDelay = _dice.Next(4) == 0 ? new SignalDelay(1, 5) : null },
        };
    }

    private void Break()
    {
        var (faults, ledger) = (Host.Faults, Ledger.Faults);
        // Some seeds break little, so that much trading comes to pass; others much.
        var harsh = _dice.Next(4) switch { 0 => 0.0, 1 => 0.25, 2 => 1.0, _ => 2.0 };
        faults.KillChance = 0.004 * harsh;
        faults.OnCall = call => call.Method.StartsWith("ISymbolGrain.Subscribe", StringComparison.Ordinal) ? CallFault.None
            : faults.Happens(0.004 * harsh) ? CallFault.Lost
            : faults.Happens(0.004 * harsh) ? CallFault.ReplyLost
            : faults.Happens(0.02 * harsh) ? CallFault.Late(TimeSpan.FromMilliseconds(_dice.Next(1, 3_000)))
            : CallFault.None;
        (ledger.Reads, ledger.Refused, ledger.LostAnswers, ledger.LostWrites) = (0.01 * harsh, 0.03 * harsh, 0.03 * harsh, 0.02 * harsh);
    }

    private void Repair()
    {
        Host.Faults.None();
        Ledger.Faults.None();
    }

    private async Task QuoteAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            try
            {
                await QuoteAsync(Symbols[_dice.Next(Symbols.Length)]);
            }
            catch (Exception e) when (IsFault(e))
            {
                // A feed does not repeat itself: the next quote comes.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(20, 1_500)), Host.Clock);
        }
    }

    private Task QuoteAsync(string symbol)
    {
        var bid = _mid[symbol] += _dice.Next(-12, 13) * 0.0001m;
        return Host.Client.GetGrain<ISymbolGrain>(symbol).PublishAsync(new QuoteBatch(symbol, "simulated", [new Quote(symbol, bid, bid + 0.0001m, Host.Clock.GetUtcNow())], 0, 0));
    }

    private async Task TradeAsync(int commands)
    {
        for (var i = 0; i < commands; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(1, 4_000)), Host.Clock);
            var state = await AskAsync(() => Account(Leader).GetStateAsync());
            var id = NewId();
            var leader = Account(Leader);
            switch (_dice.Next(10))
            {
                case < 4:
                case < 7 when state.Positions.IsEmpty:
                    var order = NewOrder(id);
                    await AskAsync(() => leader.PlaceAsync(order));
                    break;
                case < 7:
                    var position = Pick(state.Positions.Values, p => p.Id);
                    decimal? volume = _dice.Next(2) == 0 ? null : Math.Max(0.01m, Math.Round(position.Volume * _dice.Next(1, 10) / 10m, 2));
                    await AskAsync(() => leader.ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), position.Id, volume)));
                    break;
                case 7 when !state.Positions.IsEmpty:
                    var moved = Pick(state.Positions.Values, p => p.Id);
                    var sign = moved.Side == Side.Buy ? 1 : -1;
                    await AskAsync(() => leader.ModifyPositionAsync(new ModifyPosition(moved.Id, moved.OpenPrice - sign * 0.0060m, moved.OpenPrice + sign * 0.0050m, null)));
                    break;
                case 8 when !state.Orders.IsEmpty:
                    var resting = Pick(state.Orders.Values, o => o.Id);
                    await AskAsync(() => leader.CancelOrderAsync(new CancelOrder(resting.Id)));
                    break;
                default:
                    await AskAsync(() => leader.AdjustBalanceAsync(new AdjustBalance(_dice.Next(-50, 100) + 0.5m, BalanceReason.Deposit, "simulated") { OperationId = id }));
                    break;
            }
        }
    }

    private PlaceOrder NewOrder(Guid id)
    {
        var symbol = Symbols[_dice.Next(Symbols.Length)];
        var (mid, sign) = (_mid[symbol], _dice.Next(2) == 0 ? 1 : -1);
        var type = _dice.Next(4) switch { 0 => OrderType.Limit, 1 => OrderType.Stop, _ => OrderType.Market };
        decimal? price = type switch { OrderType.Limit => mid - sign * 0.0015m, OrderType.Stop => mid + sign * 0.0015m, _ => null };
        var stops = _dice.Next(3) > 0;
        // One in eight market orders is sent with a price that has gone: the broker requotes it.
        var requoted = type == OrderType.Market && _dice.Next(8) == 0;
        return new PlaceOrder
        {
            OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = symbol, Side = sign > 0 ? Side.Buy : Side.Sell, Type = type,
            Volume = _dice.Next(1, 60) / 100m, Price = price,
            StopLoss = stops ? mid - sign * 0.0070m : null, TakeProfit = stops ? mid + sign * 0.0040m : null,
            DeviationPoints = requoted ? 1 : null, ReferencePrice = requoted ? mid + 0.01m : null,
        };
    }

    private async Task ChangeLinksAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(1, 9_000)), Host.Clock);
            var link = Pick(Links.All.Keys, id => id);
            await PauseAsync(link, !Links.All[link].Paused);
        }
    }

    /// <summary>As the user does who changes its settings.</summary>
    public Task ChangeAsync(Guid link, Func<LinkSettings, LinkSettings> change) => AskAsync(async () =>
    {
        await Links.ChangeAsync(link, change);
        await LeaderGrain.LinkChangedAsync(link);
        return true;
    });

    /// <summary>As the user does who pauses a link, or lets it go on.</summary>
    public Task PauseAsync(Guid link, bool paused) => AskAsync(async () =>
    {
        await Links.SetPausedAsync(link, paused);
        await LeaderGrain.LinkChangedAsync(link);
        return true;
    });

    private async Task ComeToRestAsync()
    {
        foreach (var link in Links.All.Keys)
        {
            await PauseAsync(link, false);
        }

        for (var round = 0; ; round++)
        {
            round.ShouldBeLessThan(20, "the leader does not become flat");
            foreach (var symbol in Symbols)
            {
                await AskAsync(() => QuoteAsync(symbol), attempts: 20);
            }

            // A call that was lost before may still hold an account up for as long as a call waits.
            var state = await AskAsync(() => Account(Leader).GetStateAsync());
            if (state.Positions.IsEmpty && state.Orders.IsEmpty)
            {
                break;
            }

            foreach (var order in state.Orders.Values)
            {
                await AskAsync(() => Account(Leader).CancelOrderAsync(new CancelOrder(order.Id)), attempts: 20);
            }

            foreach (var position in state.Positions.Values)
            {
                var id = NewId();
                await AskAsync(() => Account(Leader).ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), position.Id, null)), attempts: 20);
            }
        }

        // As WakeService does when it looks.
        await LeaderGrain.WakeAsync();
        // A link that failed often waits up to a minute before it is tried again, longer than a call waits for its answer.
        await AskAsync(() => LeaderGrain.WaitDecidedAsync(Ledger.EntriesOf(Leader).Count), attempts: 20);
        // Whatever still is on its way arrives.
        await Task.Delay(TimeSpan.FromSeconds(10), Host.Clock);
    }

    /// <summary>As a client does: it asks again with the same ids until it is answered.</summary>
    private Task AskAsync(Func<Task> ask, int attempts) => AskAsync(async () =>
    {
        await ask();
        return true;
    }, attempts);

    private async Task<T> AskAsync<T>(Func<Task<T>> ask, int attempts = 200)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (IsFault(e) && attempt < attempts)
            {
                await Task.Delay(AskAgainAfter, Host.Clock);
            }
        }
    }

    private static bool IsFault(Exception e) =>
        e is StoreUnavailableException or TimeoutException or SiloUnavailableException or ConflictException { Conflict: LedgerConflict.Sequence or LedgerConflict.CopyDecision };

    // By id, since the order of a dictionary may differ from process to process.
    private T Pick<T>(IEnumerable<T> from, Func<T, Guid> id)
    {
        var all = from.OrderBy(id).ToList();
        return all[_dice.Next(all.Count)];
    }
}
