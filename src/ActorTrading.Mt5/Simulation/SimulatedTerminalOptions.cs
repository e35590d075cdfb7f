using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>One simulated terminal: its account, its broker's manners and its faults.</summary>
public sealed record SimulatedTerminalOptions
{
    /// <summary>Interface to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>First of four ports in a row (requests, answers, ticks, trade events); 0 lets the system choose all four.</summary>
    public int PortBase { get; init; } = 15555;

    /// <summary>The account's number; names its state file.</summary>
    public long Login { get; init; } = 1;
    public PositionMode Mode { get; init; } = PositionMode.Hedging;
    public string Currency { get; init; } = "USD";
    public decimal Balance { get; init; } = 100_000m;
    public int Leverage { get; init; } = 100;
    public string Broker { get; init; } = "Simulated Broker";
    public string Server { get; init; } = "Simulated-Demo";

    /// <summary>What can be traded.</summary>
    public IReadOnlyList<Instrument> Instruments { get; init; } = [];
    public BrokerSettings Settings { get; init; } = BrokerSettings.Default;

    /// <summary>How market orders ask to be filled; the EA says fill or kill.</summary>
    public FillPolicy FillPolicy { get; init; } = FillPolicy.FillOrKill;

    public TerminalDefects Defects { get; init; } = TerminalDefects.AsTheEaIs;

    /// <summary>With defect 5: the first ticket that is given.</summary>
    public long FirstWideTicket { get; init; } = 3_000_000_001;

    /// <summary>With defect 1: which answers are late, and how late.</summary>
    public int LateAnswerEvery { get; init; } = 5;
    public TimeSpan LateAnswerDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>With defect 6: digits of the chart that the EA sits on.</summary>
    public int ChartDigits { get; init; } = 3;

    /// <summary>With defect 12.</summary>
    public TimeSpan PortRecovery { get; init; } = TimeSpan.FromSeconds(65);

    /// <summary>The broker's answer time per trade.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Shares of trades, 0 to 1, that are rejected (10006), requoted (10004), half filled (10010), done without any answer, and cut off
    /// by a lost connection after they are done.</summary>
    public double RejectRate { get; init; }
    public double RequoteRate { get; init; }
    public double PartialFillRate { get; init; }
    public double SilenceRate { get; init; }
    public double DisconnectRate { get; init; }

    /// <summary>Seed of the dice behind the shares above.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Folder that keeps the account over restarts; null forgets it.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Wait with the market until a client has subscribed to something, so that a replay is seen from its first tick.</summary>
    public bool WaitForSubscriber { get; init; }

    /// <summary>Give quotes the time at which they are sent, instead of their own.</summary>
    public bool StampNow { get; init; }

    /// <summary>Deals, bars and ticks kept for HISTORY, per account and per symbol.</summary>
    public int MaxDeals { get; init; } = 1_000_000;
    public int MaxBarsPerSymbol { get; init; } = 20_000;
    public int MaxTicksPerSymbol { get; init; } = 20_000;

    internal bool Has(TerminalDefects defect) => (Defects & defect) != 0;
}
