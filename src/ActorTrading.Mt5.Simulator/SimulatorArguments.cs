using System.Globalization;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Simulator;

/// <summary>What the command line asks for.</summary>
internal sealed record SimulatorArguments
{
    public static readonly string[] DefaultSymbols =
        ["EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "USDCAD", "NZDUSD", "EURJPY", "XAUUSD", "BTCUSD"];

    /// <summary>Ports between one account's and the next's, where a process has several.</summary>
    public const int PortsPerAccount = 10;

    public SimulatedTerminalOptions Terminal { get; init; } = new();
    public int Accounts { get; init; } = 1;
    public IReadOnlyList<string> Symbols { get; init; } = DefaultSymbols;
    public double Rate { get; init; } = 20;
    public string? Replay { get; init; }
    public string? ReplaySymbol { get; init; }
    public DateOnly? ReplayDate { get; init; }
    public TimeSpan ReplayUtcOffset { get; init; }
    public double Speed { get; init; } = 1;
    public bool KeepSessions { get; init; }

    /// <summary>Where given, instead of what the catalogue says of every symbol.</summary>
    public decimal? CommissionPerLot { get; init; }
    public int? StopsLevelPoints { get; init; }
    public int? FreezeLevelPoints { get; init; }
    public bool Quiet { get; init; }
    public bool Help { get; init; }

    /// <exception cref="ArgumentException">Something is unknown or out of range; the message says what would be right.</exception>
    public static SimulatorArguments Parse(IReadOnlyList<string> args)
    {
        var result = new SimulatorArguments();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            string Value() => i + 1 < args.Count ? args[++i] : throw new ArgumentException($"{name} needs a value.");
            int Whole(int min, int max) => int.TryParse(Value(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var v) && v >= min && v <= max
                ? v : throw new ArgumentException($"{name} must be a whole number from {min} to {max}, not '{args[i]}'.");
            double Share() => double.TryParse(Value(), NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && v is >= 0 and <= 1
                ? v : throw new ArgumentException($"{name} must be from 0 to 1, not '{args[i]}'.");
            decimal Money(decimal min) => decimal.TryParse(Value(), NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && v >= min && v <= 1_000_000_000_000
                ? v : throw new ArgumentException($"{name} must be a number from {min} to 1000000000000, not '{args[i]}'.");
            var t = result.Terminal;
            result = name switch
            {
                "--help" or "-h" => result with { Help = true },
                "--host" => result with { Terminal = t with { Host = Value() } },
                "--port-base" => result with { Terminal = t with { PortBase = Whole(1024, 65000) } },
                "--login" => result with { Terminal = t with { Login = Whole(1, int.MaxValue) } },
                "--accounts" => result with { Accounts = Whole(1, 100) },
                "--mode" => result with { Terminal = t with { Mode = Mode(Value()) } },
                "--balance" => result with { Terminal = t with { Balance = Money(0) } },
                "--currency" => result with { Terminal = t with { Currency = Currency(Value()) } },
                "--leverage" => result with { Terminal = t with { Leverage = Whole(1, 3000) } },
                "--symbols" => result with { Symbols = SymbolList(Value()) },
                "--rate" => result with
                {
                    Rate = double.TryParse(Value(), NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 100_000
                    ? rate : throw new ArgumentException($"--rate must be above 0 and at most 100000 quotes a second and symbol, not '{args[i]}'.")
                },
                "--seed" => result with { Terminal = t with { Seed = Whole(int.MinValue, int.MaxValue) } },
                "--replay" => result with { Replay = Value() },
                "--replay-symbol" => result with { ReplaySymbol = Value().ToUpperInvariant() },
                "--replay-date" => result with
                {
                    ReplayDate = DateOnly.TryParseExact(Value(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                    ? date : throw new ArgumentException($"--replay-date must be yyyy-MM-dd, not '{args[i]}'.")
                },
                "--replay-utc-offset" => result with { ReplayUtcOffset = Offset(Value()) },
                "--speed" => result with { Speed = SpeedOf(Value()) },
                "--state" => result with { Terminal = t with { StateFolder = Value() } },
                "--defect" => result with { Terminal = t with { Defects = t.Defects | Defect(Value()) } },
                "--no-defect" => result with { Terminal = t with { Defects = t.Defects & ~Defect(Value()) } },
                "--lossless" => result with { Terminal = t with { Defects = t.Defects & ~TerminalDefects.DropsWhenFull } },
                "--wait" => result with { Terminal = t with { WaitForSubscriber = true } },
                "--stamp-now" => result with { Terminal = t with { StampNow = true } },
                "--latency-ms" => result with { Terminal = t with { Latency = TimeSpan.FromMilliseconds(Whole(0, 600_000)) } },
                "--reject-rate" => result with { Terminal = t with { RejectRate = Share() } },
                "--requote-rate" => result with { Terminal = t with { RequoteRate = Share() } },
                "--partial-rate" => result with { Terminal = t with { PartialFillRate = Share() } },
                "--silence-rate" => result with { Terminal = t with { SilenceRate = Share() } },
                "--disconnect-rate" => result with { Terminal = t with { DisconnectRate = Share() } },
                "--sessions" => result with { KeepSessions = true },
                "--quiet" => result with { Quiet = true },
                "--slippage" => result with { Terminal = t with { Settings = t.Settings with { SlippagePoints = Whole(0, 100_000) } } },
                "--commission" => result with { CommissionPerLot = Money(0) },
                "--stops-level" => result with { StopsLevelPoints = Whole(0, 100_000) },
                "--freeze-level" => result with { FreezeLevelPoints = Whole(0, 100_000) },
                _ => throw new ArgumentException($"'{name}' is not known; --help lists what is."),
            };
        }
        if (result.Terminal.PortBase + result.Accounts * PortsPerAccount > 65_535)
            throw new ArgumentException($"{result.Accounts} accounts from port {result.Terminal.PortBase} need ports beyond 65535.");
        return result with
        {
            Terminal = result.Terminal with
            {
                Instruments = [.. InstrumentNames(result).Select(result.Instrument)],
            },
        };
    }

    private static IEnumerable<string> InstrumentNames(SimulatorArguments a)
    {
        if (a.Replay is null)
            return a.Symbols;
        using var file = OpenReplay(a);
        return a.Symbols.Concat(file.Symbols).Distinct();
    }

    public static TickFile OpenReplay(SimulatorArguments a)
    {
        try
        {
            return new TickFile(a.Replay!, a.ReplaySymbol, a.ReplayDate, a.ReplayUtcOffset, a.Speed);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"--replay: {e.Message}");
        }
    }

    private Instrument Instrument(string symbol)
    {
        var known = InstrumentCatalog.Find(symbol)
            ?? throw new ArgumentException($"Symbol '{symbol}' is not known; known are {string.Join(", ", InstrumentCatalog.All.Select(i => i.Symbol))}.");
        return known with
        {
            // A simulated market never sleeps, unless it is asked to.
            Schedule = KeepSessions ? known.Schedule : TradingSchedule.Always,
            CommissionPerLot = CommissionPerLot ?? known.CommissionPerLot,
            StopsLevelPoints = StopsLevelPoints ?? known.StopsLevelPoints,
            FreezeLevelPoints = FreezeLevelPoints ?? known.FreezeLevelPoints,
        };
    }

    private static string[] SymbolList(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(s => s.ToUpperInvariant()).Distinct().ToArray() is { Length: > 0 } list
            ? list : throw new ArgumentException("--symbols needs names with commas between them, such as EURUSD,XAUUSD.");

    private static PositionMode Mode(string text) => text switch
    {
        "hedging" => PositionMode.Hedging,
        "netting" => PositionMode.Netting,
        _ => throw new ArgumentException($"--mode must be hedging or netting, not '{text}'."),
    };

    private static string Currency(string text) =>
        text.Length == 3 && text.All(char.IsAsciiLetter) ? text.ToUpperInvariant() : throw new ArgumentException($"--currency must be three letters such as USD, not '{text}'.");

    private static TimeSpan Offset(string text) =>
        TimeSpan.TryParseExact(text.TrimStart('+', '-'), @"hh\:mm", CultureInfo.InvariantCulture, out var span) && span <= TimeSpan.FromHours(14)
            ? text.StartsWith('-') ? -span : span
            : throw new ArgumentException($"--replay-utc-offset must be such as -05:00, not '{text}'.");

    private static double SpeedOf(string text) => text == "max"
        ? double.PositiveInfinity
        : double.TryParse(text.TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed is > 0 and <= 1_000_000
            ? speed : throw new ArgumentException($"--speed must be such as 1x, 10x or max, not '{text}'.");

    private static TerminalDefects Defect(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 14
            ? TerminalDefectNumbers.Of(number) : throw new ArgumentException($"A defect is a number from 1 to 14 (docs/mt5.md), not '{text}'.");
}
