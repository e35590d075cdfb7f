namespace ActorTrading.Pine.Strategy;

/// <summary>
/// One open or closed trade: an entry fill, or the part of one that an exit closed. Prices are in quote currency, money
/// in account currency, times ms UTC (the opening time of the bar in which the fill happened).
/// </summary>
public struct Trade
{
    /// <summary>From 0 in order of entry.</summary>
    public int EntryNumber;
    public string EntryId;
    public string? EntryComment;
    public Direction Direction;
    /// <summary>Contracts, above 0 whatever the direction.</summary>
    public double Qty;
    public double EntryPrice;
    public int EntryBar;
    public long EntryTimeMs;
    /// <summary>Commission of entry and, once closed, of exit.</summary>
    public double Commission;
    public double EntryCommission;
    /// <summary>Most favourable price seen while open.</summary>
    public double BestPrice;
    /// <summary>Most adverse price seen while open.</summary>
    public double WorstPrice;

    /// <summary>Empty while open.</summary>
    public string ExitId;
    public string? ExitComment;
    public double ExitPrice;
    /// <summary>−1 while open.</summary>
    public int ExitBar;
    public long ExitTimeMs;
    /// <summary>Net profit after commission; of an open trade, NaN.</summary>
    public double Profit;
    /// <summary>Highest unrealised profit while open, at least 0.</summary>
    public double MaxRunup;
    /// <summary>Deepest unrealised loss while open, as a number at least 0.</summary>
    public double MaxDrawdown;
    /// <summary>Whether the emulator closed it for lack of margin.</summary>
    public bool MarginCall;

    public readonly bool IsOpen => ExitBar < 0;
    public readonly int Sign => (int)Direction;
    /// <summary>Contracts with the sign of the direction, as <c>strategy.closedtrades.size</c> gives them.</summary>
    public readonly double Size => Sign * Qty;
    /// <summary>What the trade list shows as entry signal.</summary>
    public readonly string EntrySignal => string.IsNullOrEmpty(EntryComment) ? EntryId : EntryComment;
    public readonly string ExitSignal => string.IsNullOrEmpty(ExitComment) ? ExitId : ExitComment;
    /// <summary>
    /// What the entry cost, commission included, in account currency: the base of all percentages of a trade. Found from
    /// TradingView's lists, whose percentages come out only with the commission in.
    /// </summary>
    public readonly double Cost(double pointValue) => Qty * EntryPrice * pointValue + EntryCommission;
}

/// <summary>One execution of the emulator: <see cref="Qty"/> is signed, commission is that of this fill.</summary>
public readonly record struct Fill(int Bar, long TimeMs, string OrderId, string? Comment, double Qty, double Price, double Commission, string? AlertMessage);
