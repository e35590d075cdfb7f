namespace ActorTrading.Domain;

/// <summary>Why a leader's entry was not copied, or not just as it was. Stored and shown: a code never changes its meaning.</summary>
public static class CopyReasons
{
    public const string NotATradeEvent = "NOT_A_TRADE_EVENT";
    public const string AlreadyDecided = "ALREADY_DECIDED";

    // What was open when the link began.
    public const string InitialSync = "INITIAL_SYNC";

    // Filters on what is opened.
    public const string LinkStopped = "LINK_STOPPED";
    public const string CloseOnly = "CLOSE_ONLY";
    public const string CopyLoop = "COPY_LOOP";
    public const string LeaderTradeIsCopied = "LEADER_TRADE_IS_COPIED";
    public const string SymbolFiltered = "SYMBOL_FILTERED";
    public const string MagicFiltered = "MAGIC_FILTERED";
    public const string SideNotAllowed = "SIDE_NOT_ALLOWED";
    public const string LateSignal = "LATE_SIGNAL";
    public const string DrawdownFilter = "DRAWDOWN_FILTER";
    public const string EquityCurveFilter = "EQUITY_CURVE_FILTER";
    public const string Correlated = "CORRELATED";

    // What must be known to decide.
    public const string UnknownSymbol = "UNKNOWN_SYMBOL";
    public const string NoQuote = "NO_QUOTE";
    public const string NoConversion = "NO_CONVERSION";
    public const string LeaderHasNoMoney = "LEADER_HAS_NO_MONEY";
    public const string FollowerHasNoMoney = "FOLLOWER_HAS_NO_MONEY";

    // Price.
    public const string Slippage = "SLIPPAGE";
    public const string WaitsForPrice = "WAITS_FOR_PRICE";
    public const string PriceOutOfReach = "PRICE_OUT_OF_REACH";
    public const string PriceBeyondStopLoss = "PRICE_BEYOND_STOP_LOSS";
    public const string PriceBeyondTakeProfit = "PRICE_BEYOND_TAKE_PROFIT";

    // Volume and exposure.
    public const string NoStopLoss = "NO_STOP_LOSS";
    public const string ExpressionFailed = "EXPRESSION_FAILED";
    public const string VolumeTooSmall = "VOLUME_TOO_SMALL";
    public const string BelowMinTradeVolume = "BELOW_MIN_TRADE_VOLUME";
    public const string AboveMaxTradeVolume = "ABOVE_MAX_TRADE_VOLUME";
    public const string BelowMinTradeAmount = "BELOW_MIN_TRADE_AMOUNT";
    public const string RiskCoefficient = "RISK_COEFFICIENT";
    public const string MaxTradeRisk = "MAX_TRADE_RISK";
    public const string MaxLeverage = "MAX_LEVERAGE";
    public const string ReservedMargin = "RESERVED_MARGIN";

    // Pending orders.
    public const string PendingSkipped = "PENDING_SKIPPED";
    public const string ReversedStopLimit = "REVERSED_STOP_LIMIT";
    public const string FollowsPending = "FOLLOWS_PENDING";
    public const string PendingClosedAlready = "PENDING_CLOSED_ALREADY";
    public const string NothingToModify = "NOTHING_TO_MODIFY";
    public const string NothingToCancel = "NOTHING_TO_CANCEL";
    public const string NoChange = "NO_CHANGE";
    public const string OrphanedFillClosed = "ORPHANED_FILL_CLOSED";

    // Closing.
    public const string NothingToClose = "NOTHING_TO_CLOSE";
    public const string CloseRoundsToZero = "CLOSE_ROUNDS_TO_ZERO";
    public const string RestingReduced = "RESTING_REDUCED";
    public const string ClosedWhole = "CLOSED_WHOLE";
    public const string NettingSharedStops = "NETTING_SHARED_STOPS";

    // Of the watch over a link as a whole.
    public const string RiskLimit = "RISK_LIMIT";
    public const string OrphanClosed = "ORPHAN_CLOSED";
    public const string EquityStop = "EQUITY_STOP";
    public const string TakeProfit = "TAKE_PROFIT";
    public const string LifetimeOver = "LIFETIME_OVER";

    // Of no entry, but of all that come.
    public const string LinkEnded = "LINK_ENDED";
}
