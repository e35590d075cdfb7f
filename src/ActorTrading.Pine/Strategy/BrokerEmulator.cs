using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Strategy;

/// <summary>
/// TradingView's broker emulator. The runner drives it per bar:
/// <see cref="OnBarOpen(int, long, double, double, double, double)"/> fills what is pending along the bar's assumed path,
/// then the script runs and calls the commands, then <see cref="OnBarClose"/> fills what may fill at the close and books the bar.
/// Numbers are double, NaN is na. Not thread-safe: one emulator belongs to one run.
/// </summary>
public sealed partial class BrokerEmulator
{
    public BrokerEmulator(StrategySettings settings, SymbolInfo symbol, int expectedBars = 0)
    {
        Settings = settings;
        Symbol = symbol;
    }

    public StrategySettings Settings { get; }
    public SymbolInfo Symbol { get; }

    /// <summary>
    /// Runs the script again on the current bar after a fill. Set by the runner when <see cref="StrategySettings.CalcOnOrderFills"/>
    /// is on; it must roll the script's variables back first.
    /// </summary>
    public Action? Recalculate { get; set; }

    // Loop protocol

    /// <param name="bar">Bar index from 0, increasing.</param>
    /// <param name="timeMs">Opening time, ms UTC.</param>
    public void OnBarOpen(int bar, long timeMs, double open, double high, double low, double close) => throw new NotSupportedException();

    /// <summary>As the other overload, but along the lower-timeframe bars inside this bar (bar magnifier).</summary>
    public void OnBarOpen(int bar, long timeMs, double open, double high, double low, double close, ReadOnlySpan<Bar> lowerBars) => throw new NotSupportedException();

    public void OnBarClose() => throw new NotSupportedException();

    // Commands

    public void Entry(string id, Direction direction, double qty = double.NaN, double limit = double.NaN, double stop = double.NaN,
        string? ocaName = null, OcaType ocaType = OcaType.None, string? comment = null, string? alertMessage = null, bool disableAlert = false) => throw new NotSupportedException();

    public void Order(string id, Direction direction, double qty = double.NaN, double limit = double.NaN, double stop = double.NaN,
        string? ocaName = null, OcaType ocaType = OcaType.None, string? comment = null, string? alertMessage = null, bool disableAlert = false) => throw new NotSupportedException();

    public void Exit(string id, string? fromEntry = null, double qty = double.NaN, double qtyPercent = double.NaN,
        double profit = double.NaN, double limit = double.NaN, double loss = double.NaN, double stop = double.NaN,
        double trailPrice = double.NaN, double trailPoints = double.NaN, double trailOffset = double.NaN, string? ocaName = null,
        string? comment = null, string? commentProfit = null, string? commentLoss = null, string? commentTrailing = null,
        string? alertMessage = null, string? alertProfit = null, string? alertLoss = null, string? alertTrailing = null, bool disableAlert = false) => throw new NotSupportedException();

    public void Close(string id, string? comment = null, double qty = double.NaN, double qtyPercent = double.NaN,
        string? alertMessage = null, bool immediately = false, bool disableAlert = false) => throw new NotSupportedException();

    public void CloseAll(string? comment = null, string? alertMessage = null, bool immediately = false, bool disableAlert = false) => throw new NotSupportedException();

    public void Cancel(string id) => throw new NotSupportedException();

    public void CancelAll() => throw new NotSupportedException();

    // Risk rules

    public void RiskAllowEntryIn(AllowedDirection direction) => throw new NotSupportedException();
    public void RiskMaxConsLossDays(int count, string? alertMessage = null) => throw new NotSupportedException();
    public void RiskMaxDrawdown(double value, RiskUnit unit, string? alertMessage = null) => throw new NotSupportedException();
    public void RiskMaxIntradayFilledOrders(int count, string? alertMessage = null) => throw new NotSupportedException();
    public void RiskMaxIntradayLoss(double value, RiskUnit unit, string? alertMessage = null) => throw new NotSupportedException();
    public void RiskMaxPositionSize(double contracts) => throw new NotSupportedException();

    // What the script reads: strategy.*

    /// <summary>Signed contracts.</summary>
    public double PositionSize => throw new NotSupportedException();
    /// <summary>NaN when flat.</summary>
    public double PositionAvgPrice => throw new NotSupportedException();
    /// <summary>Id of the entry that opened the position, empty when flat.</summary>
    public string PositionEntryName => throw new NotSupportedException();
    public double Equity => throw new NotSupportedException();
    public double NetProfit => throw new NotSupportedException();
    public double NetProfitPercent => throw new NotSupportedException();
    public double OpenProfit => throw new NotSupportedException();
    public double OpenProfitPercent => throw new NotSupportedException();
    public double GrossProfit => throw new NotSupportedException();
    public double GrossProfitPercent => throw new NotSupportedException();
    /// <summary>At least 0.</summary>
    public double GrossLoss => throw new NotSupportedException();
    public double GrossLossPercent => throw new NotSupportedException();
    public double AvgTrade => throw new NotSupportedException();
    public double AvgTradePercent => throw new NotSupportedException();
    public double AvgWinningTrade => throw new NotSupportedException();
    public double AvgWinningTradePercent => throw new NotSupportedException();
    public double AvgLosingTrade => throw new NotSupportedException();
    public double AvgLosingTradePercent => throw new NotSupportedException();
    public double MaxDrawdown => throw new NotSupportedException();
    public double MaxDrawdownPercent => throw new NotSupportedException();
    public double MaxRunup => throw new NotSupportedException();
    public double MaxRunupPercent => throw new NotSupportedException();
    public double MaxContractsHeldAll => throw new NotSupportedException();
    public double MaxContractsHeldLong => throw new NotSupportedException();
    public double MaxContractsHeldShort => throw new NotSupportedException();
    /// <summary>NaN when flat or long at 100 % margin.</summary>
    public double MarginLiquidationPrice => throw new NotSupportedException();
    public double DefaultEntryQty(double fillPrice) => throw new NotSupportedException();
    public string AccountCurrency => throw new NotSupportedException();
    public int WinTrades => throw new NotSupportedException();
    public int LossTrades => throw new NotSupportedException();
    public int EvenTrades => throw new NotSupportedException();
    public int ClosedTradeCount => throw new NotSupportedException();
    public int OpenTradeCount => throw new NotSupportedException();
    /// <summary><c>strategy.opentrades.capital_held</c>.</summary>
    public double CapitalHeld => throw new NotSupportedException();
    /// <summary><c>strategy.closedtrades.first_index</c>.</summary>
    public int FirstClosedTradeIndex => throw new NotSupportedException();

    /// <summary><c>strategy.closedtrades.*</c> for one trade; every number NaN and every text empty when the index is out of range.</summary>
    public TradeView ClosedTrade(int index) => throw new NotSupportedException();
    public TradeView OpenTrade(int index) => throw new NotSupportedException();

    // Results

    public ReadOnlySpan<Trade> ClosedTrades => throw new NotSupportedException();
    public ReadOnlySpan<Trade> OpenTrades => throw new NotSupportedException();
    public ReadOnlySpan<Fill> Fills => throw new NotSupportedException();
    /// <summary>Equity at each bar's close.</summary>
    public ReadOnlySpan<double> EquityCurve => throw new NotSupportedException();
}

/// <summary>A trade as <c>strategy.closedtrades.*</c> and <c>strategy.opentrades.*</c> show it. Percentages are in percent.</summary>
public readonly record struct TradeView(
    double EntryPrice, double EntryBarIndex, double EntryTime, string EntryId, string EntryComment,
    double ExitPrice, double ExitBarIndex, double ExitTime, string ExitId, string ExitComment,
    double Size, double Profit, double ProfitPercent, double Commission,
    double MaxRunup, double MaxRunupPercent, double MaxDrawdown, double MaxDrawdownPercent);
