namespace ActorTrading.Domain;

/// <summary>How the simulated broker behaves, beyond what each <see cref="Instrument"/> says.</summary>
public sealed record BrokerSettings
{
    public static BrokerSettings Default { get; } = new();

    /// <summary>Points by which every market fill (market orders, stops, closes) is worse than the quote; limits and take profits are not affected.</summary>
    public int SlippagePoints { get; init; }

    /// <summary>Lots that one order can fill at one quote; null for any. What is left over is up to the order's <see cref="FillPolicy"/>.</summary>
    public decimal? LiquidityLots { get; init; }

    /// <summary>Margin level, in percent, below which a margin call is announced.</summary>
    public decimal MarginCallLevel { get; init; } = 100m;

    /// <summary>Percentage points above <see cref="MarginCallLevel"/> at which the call is over; keeps a level that hovers from calling again and again.</summary>
    public decimal MarginRecoveryPoints { get; init; } = 10m;

    /// <summary>Margin level, in percent, below which positions are closed.</summary>
    public decimal StopOutLevel { get; init; } = 50m;

    /// <summary>Most pending orders in an account.</summary>
    public int PendingOrdersMax { get; init; } = 200;

    /// <summary>Most open positions in an account.</summary>
    public int PositionsMax { get; init; } = 500;

    /// <summary>A trailing stop moves only when it gains this many points or more.</summary>
    public int TrailingStepPoints { get; init; } = 5;

    /// <summary>A quote older than this is no price to trade at; null for no limit.</summary>
    public TimeSpan? QuoteAgeMax { get; init; }

    /// <summary>Day orders end and swap is charged where this day ends.</summary>
    public TradingDay TradingDay { get; init; } = TradingDay.NewYork;
}
