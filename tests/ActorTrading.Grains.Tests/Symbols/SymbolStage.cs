using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Grains.Tests.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded;
using Orleans.Embedded.Simulation;
using Orleans;

namespace ActorTrading.Grains.Tests.Symbols;

/// <summary>EURUSD with its alerts in one thread, on a clock that moves when told to; its process dies when told to.</summary>
internal sealed class SymbolStage : IAsyncDisposable
{
    public const string Symbol = "EURUSD";
    private static readonly Instrument Instrument = InstrumentCatalog.Get(Symbol) with { Schedule = TradingSchedule.Always };
    private long _ids;

    private SymbolStage()
    {
        Host = SimulationHost.Start(1, o =>
        {
            o.AddGrainAssemblies(typeof(AccountGrain).Assembly, typeof(IAccountGrain).Assembly).UseMemoryStorage().UseMemoryReminders();
            o.ValidateContracts = false;
        }, services => services.AddSingleton(FeedSettings.Default).AddSingleton(new InstrumentSet([Instrument])).AddSingleton<TradingMetrics>()
            .AddSingleton<SimulatedStore>().AddSingleton<SimulatedLedger>().AddSingleton<IAccountDirectory, SimulatedAccounts>()
            .AddSingleton<SimulatedMarket>().AddSingleton<IMarketStore>(p => p.GetRequiredService<SimulatedMarket>())
            .AddSingleton<SimulatedAlerts>().AddSingleton<IAlertBookkeeping>(p => p.GetRequiredService<SimulatedAlerts>()));
        Host.Patience = TimeSpan.FromDays(100);
    }

    public SimulationHost Host { get; }

    public SimulatedMarket Market => Host.Services.GetRequiredService<SimulatedMarket>();

    public SimulatedAlerts Alerts => Host.Services.GetRequiredService<SimulatedAlerts>();

    public StoreFaults StoreFaults => Host.Services.GetRequiredService<SimulatedStore>().Faults;

    public DateTimeOffset Now => Host.Clock.GetUtcNow();

    public ISymbolGrain Grain => Host.Client.GetGrain<ISymbolGrain>(Symbol);

    public Quote? Last => Host.Run(Grain.GetQuoteAsync).Quote;

    public static SymbolStage Open() => new();

    public IAlertGrain Alert(Guid id) => Host.Client.GetGrain<IAlertGrain>(id);

    /// <param name="ahead">Of the receiver's clock.</param>
    public void Quote(decimal bid, TimeSpan ahead = default, string feed = "feed", int rank = 0) =>
        Host.Run(() => Grain.PublishAsync(new QuoteBatch(Symbol, feed, [new Quote(Symbol, bid, bid + 0.0001m, Now + ahead)], 0, rank)));

    public void Wait(TimeSpan span) => Host.AdvanceTime(span);

    /// <summary>Long enough for everything to be written.</summary>
    public void Write() => Wait(TimeSpan.FromSeconds(3));

    public AlertDefinition Make(AlertDefinition alert)
    {
        alert = alert with { Id = DeterministicId.FromNumbers(7, ++_ids), UserId = DeterministicId.FromNumbers(8, 1), Symbol = Symbol, CreatedAt = Now };
        return Host.Run(() => Alert(alert.Id).CreateAsync(alert));
    }

    /// <summary>The process dies, and another takes up what was stored.</summary>
    public void Crash()
    {
        Host.Kill(Grain.GetGrainId());
        foreach (var id in Alerts.All.Keys)
        {
            Host.Kill(Alert(id).GetGrainId());
        }

        Host.RunUntilIdle();
        _ = Last;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
