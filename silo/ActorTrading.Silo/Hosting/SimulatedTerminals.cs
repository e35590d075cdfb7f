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

    private readonly string[] _quoted;

    private SimulatedTerminals(SimulatedTerminal leader, SimulatedTerminal follower, string[] quoted) => (Leader, Follower, _quoted) = (leader, follower, quoted);

    public SimulatedTerminal Leader { get; }

    public SimulatedTerminal Follower { get; }

    public DemoTerminals Addresses => new(Leader.ClientOptions.RequestPort, Follower.ClientOptions.RequestPort, _quoted);

    public static SimulatedTerminals Start(RunOptions options, TimeProvider clock)
    {
        var quoted = Symbols;
        if (options.Replay is { } file)
        {
            using var recorded = new TickFile(file.FullName, options.Symbol);
            quoted = [.. recorded.Symbols];
            if (quoted.FirstOrDefault(s => InstrumentCatalog.Find(s) is null) is { } unknown)
            {
                throw new InvalidDataException($"{file.Name} quotes {unknown}, which is not in the instrument catalogue.");
            }
        }

        IReadOnlyList<Instrument> instruments = [.. Symbols.Union(quoted).Select(s => InstrumentCatalog.Get(s) with { Schedule = TradingSchedule.Always })];
        var books = Path.Combine(options.DataFolder, "terminals");
        Directory.CreateDirectory(books);
        var leader = Terminal(1, PositionMode.Hedging, 100_000m);
        // Listening before the other looks for ports: the two searches overlap where others already listen.
        leader.Start();
        var follower = Terminal(2, PositionMode.Netting, 25_000m);
        follower.Start();
        return new SimulatedTerminals(leader, follower, quoted);

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
            options.Replay is { } replay
                ? new TickFile(replay.FullName, options.Symbol, speed: options.Speed)
                : new GeneratedMarket(instruments, options.Seed, options.Rate, clock.GetUtcNow()), clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Leader.DisposeAsync();
        await Follower.DisposeAsync();
    }
}
