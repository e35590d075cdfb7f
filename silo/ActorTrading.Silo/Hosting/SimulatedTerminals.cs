using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Silo;

/// <summary>
/// The terminals of an installation without any: the same program that stands for a terminal in tests, here in this process and
/// spoken to over its sockets like any other. The first one quotes the market, the second quotes the same market to a follower.
/// </summary>
internal sealed class SimulatedTerminals : IAsyncDisposable
{
    /// <summary>What the generated market quotes.</summary>
    public static readonly string[] Symbols =
        ["EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "USDCAD", "NZDUSD", "EURJPY", "EURGBP", "XAUUSD", "XAGUSD", "BTCUSD"];

    private SimulatedTerminals(SimulatedTerminal leader, SimulatedTerminal follower) => (Leader, Follower) = (leader, follower);

    public SimulatedTerminal Leader { get; }

    public SimulatedTerminal Follower { get; }

    public DemoTerminals Addresses => new(Leader.ClientOptions.RequestPort, Follower.ClientOptions.RequestPort);

    public static SimulatedTerminals Start(RunOptions options, TimeProvider clock)
    {
        IReadOnlyList<Instrument> instruments = [.. Symbols.Select(s => InstrumentCatalog.Get(s) with { Schedule = TradingSchedule.Always })];
        var books = Path.Combine(options.DataFolder, "terminals");
        Directory.CreateDirectory(books);
        var leader = Terminal(1, PositionMode.Hedging, 100_000m);
        var follower = Terminal(2, PositionMode.Netting, 25_000m);
        leader.Start();
        follower.Start();
        return new SimulatedTerminals(leader, follower);

        SimulatedTerminal Terminal(long login, PositionMode mode, decimal balance) => new(
            new SimulatedTerminalOptions
            {
                PortBase = FreePorts.Block(15555 + (int)(login - 1) * 10, 4),
                Login = login,
                Mode = mode,
                Balance = balance,
                Instruments = instruments,
                Seed = options.Seed,
                StateFolder = books,
                WaitForSubscriber = options.Replay is not null && login == 1,
                StampNow = options.Replay is null,
            },
            options.Replay is { } replay && login == 1
                ? new TickFile(replay.FullName, speed: options.Speed)
                : options.Replay is { } same ? new TickFile(same.FullName, speed: options.Speed)
                : new GeneratedMarket(instruments, options.Seed, options.Rate, clock.GetUtcNow()), clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Leader.DisposeAsync();
        await Follower.DisposeAsync();
    }
}
