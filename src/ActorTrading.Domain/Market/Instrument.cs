namespace ActorTrading.Domain;

/// <summary>How margin is computed; the formulas are those of MetaTrader 5's SYMBOL_CALC_MODE.</summary>
public enum MarginMode { Forex, ForexNoLeverage, Cfd, CfdLeverage, CfdIndex, Futures, ExchangeStocks }

/// <summary>How swap is computed; MetaTrader 5's ENUM_SYMBOL_SWAP_MODE.</summary>
public enum SwapMode { Disabled, Points, CurrencySymbol, CurrencyMargin, CurrencyDeposit, InterestCurrent, InterestOpen, ReopenCurrent, ReopenBid }

/// <summary>How orders are executed at the broker; decides which fill policies are accepted.</summary>
public enum ExecutionMode { Instant, Request, Market, Exchange }

/// <summary>What the broker lets one do with the symbol.</summary>
public enum TradeMode { Full, LongOnly, ShortOnly, CloseOnly, Disabled }

/// <summary>A tradable symbol's contract specification.</summary>
public sealed record Instrument
{
    public required string Symbol { get; init; }
    public string Description { get; init; } = "";

    /// <summary>ISO code of what is bought and sold, e.g. EUR of EURUSD.</summary>
    public required string BaseCurrency { get; init; }

    /// <summary>ISO code in which the price and the profit are expressed, e.g. USD of EURUSD.</summary>
    public required string QuoteCurrency { get; init; }

    /// <summary>Digits after the decimal point of a price, 0 to 8. One point is 10^-Digits.</summary>
    public int Digits { get; init; } = 5;

    /// <summary>Units of the base currency in one lot.</summary>
    public decimal ContractSize { get; init; } = 100_000m;

    /// <summary>Smallest, largest and step of volume, in lots.</summary>
    public decimal VolumeMin { get; init; } = 0.01m;
    public decimal VolumeMax { get; init; } = 100m;
    public decimal VolumeStep { get; init; } = 0.01m;

    /// <summary>Largest total volume in one direction, lots, positions and pending orders together; null for none.</summary>
    public decimal? VolumeLimit { get; init; }

    /// <summary>Least distance, in points, of SL, TP and pending prices from the market.</summary>
    public int StopsLevelPoints { get; init; }

    /// <summary>Within this distance of the market, in points, an order or stop may not be changed.</summary>
    public int FreezeLevelPoints { get; init; }

    public MarginMode MarginMode { get; init; } = MarginMode.Forex;

    /// <summary>Margin of one lot in <see cref="MarginMode.Futures"/>, in the margin currency.</summary>
    public decimal InitialMargin { get; init; }

    /// <summary>Multiplies the margin of every mode; 1 is usual.</summary>
    public decimal MarginRate { get; init; } = 1m;

    /// <summary>Margin per lot, in contract units, that a hedged pair holds, as a fraction of <see cref="ContractSize"/>; 0.5 is usual, 0 for none.</summary>
    public decimal HedgedMarginRate { get; init; } = 0.5m;

    /// <summary>Share of the margin that a pending order reserves; 0, none, is usual.</summary>
    public decimal PendingMarginRate { get; init; }

    public SwapMode SwapMode { get; init; } = SwapMode.Points;
    public decimal SwapLong { get; init; }
    public decimal SwapShort { get; init; }

    /// <summary>The weekday whose roll-over counts three days.</summary>
    public DayOfWeek TripleSwapDay { get; init; } = DayOfWeek.Wednesday;

    /// <summary>Commission per lot and side, in the account's currency.</summary>
    public decimal CommissionPerLot { get; init; }

    public ExecutionMode ExecutionMode { get; init; } = ExecutionMode.Market;
    public bool AllowFillOrKill { get; init; } = true;
    public bool AllowImmediateOrCancel { get; init; } = true;
    public TradeMode TradeMode { get; init; } = TradeMode.Full;

    /// <summary>Profit of one tick and size of one tick, for <see cref="MarginMode.CfdIndex"/> and <see cref="MarginMode.Futures"/>; zero elsewhere.</summary>
    public decimal TickValue { get; init; }
    public decimal TickSize { get; init; }

    /// <summary>When the symbol may be traded; <see cref="TradingSchedule.Always"/> for round the clock.</summary>
    public TradingSchedule Schedule { get; init; } = TradingSchedule.Always;

    /// <summary>10^-Digits.</summary>
    public decimal Point => new(1, 0, 0, false, (byte)Digits);

    /// <summary>The usual pip: ten points where the digits are odd (5 and 3), else one point.</summary>
    public decimal Pip => Digits % 2 == 1 ? Point * 10 : Point;
}
