namespace ActorTrading.Domain;

/// <summary>How a follower's volume comes from the leader's.</summary>
public enum SizingMode
{
    /// <summary>The leader's lots.</summary>
    None,

    /// <summary>The leader's lots × leader contract size / follower contract size.</summary>
    ContractSize,

    /// <summary>In proportion to the balances, converted to one currency.</summary>
    Balance,

    /// <summary>In proportion to the equities.</summary>
    Equity,

    /// <summary>In proportion to the free margins.</summary>
    FreeMargin,

    /// <summary>Balances, the share of the balance to load, and leverages; the percentage rounded down in steps.</summary>
    LeverageLoad,

    /// <summary><see cref="SizingSettings.Value"/> lots, whatever the leader trades.</summary>
    FixedVolume,

    /// <summary>What loses <see cref="SizingSettings.Value"/> (a fraction) of the balance at the stop-loss.</summary>
    FixedRisk,

    /// <summary>A formula: <see cref="SizingSettings.Expression"/>.</summary>
    Expression,
}

/// <summary>How a computed volume is brought to the step.</summary>
public enum VolumeRounding { Floor, Nearest }

/// <summary>How volumes are computed. Volumes in lots.</summary>
public sealed record SizingSettings
{
    public SizingMode Mode { get; init; } = SizingMode.Balance;

    /// <summary>
    /// Lots for fixedVolume, fraction of the balance for fixedRisk, fraction of the balance to load for leverageLoad (default 0.95);
    /// a factor, default 1, for the modes in proportion; not used by expression.
    /// </summary>
    public decimal? Value { get; init; }

    /// <summary>Formula of the expression mode, at most 500 characters; see docs/copying.md for its names.</summary>
    public string? Expression { get; init; }

    /// <summary>Factor on the result of every mode, e.g. a portfolio's weight; above 0, at most 1000.</summary>
    public decimal Multiplier { get; init; } = 1m;
    public VolumeRounding Rounding { get; init; } = VolumeRounding.Floor;

    /// <summary>Trade the smallest volume where the computed one is too small to be traded.</summary>
    public bool ForceTinyTrades { get; init; }

    /// <summary>After rounding, the volume is at most this multiple of the computed one; 1 to 100.</summary>
    public decimal MaxRiskCoefficient { get; init; } = 5m;

    /// <summary>Smaller volumes are not copied; larger ones are copied at the maximum. Lots; null for none.</summary>
    public decimal? MinTradeVolume { get; init; }
    public decimal? MaxTradeVolume { get; init; }

    /// <summary>Trades worth less than this in the follower's currency are not copied; null for none.</summary>
    public decimal? MinTradeAmount { get; init; }
}
