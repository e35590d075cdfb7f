using System.Buffers;

namespace ActorTrading.Pine.Strategy;

/// <summary>strategy.* values that scripts read, and the results of a run.</summary>
public sealed partial class BrokerEmulator
{
    /// <summary>Signed contracts.</summary>
    public double PositionSize => _size;

    /// <summary>NaN when flat.</summary>
    public double PositionAvgPrice => _avgPrice;

    /// <summary>Id of the oldest entry still open, empty when flat.</summary>
    public string PositionEntryName => _openCount == 0 ? "" : _openTrades[0].EntryId;

    /// <summary>Initial capital, net profit and open profit.</summary>
    public double Equity => Settings.InitialCapital + NetProfit + OpenProfit;

    /// <summary>Profit of closed trades, less the commission already paid on open ones.</summary>
    public double NetProfit => _grossProfit - _grossLoss - _openCommission;

    public double OpenProfit => _size == 0 ? 0 : _size * (_mark - _avgPrice) * _pointValue;

    public double GrossProfit => _grossProfit;

    /// <summary>At least 0; includes commission paid on open trades.</summary>
    public double GrossLoss => _grossLoss + _openCommission;

    public double NetProfitPercent => OfCapital(NetProfit);
    public double OpenProfitPercent => OfCapital(OpenProfit);
    public double GrossProfitPercent => OfCapital(GrossProfit);
    public double GrossLossPercent => OfCapital(GrossLoss);
    public double AvgTrade => _closedCount == 0 ? double.NaN : (_grossProfit - _grossLoss) / _closedCount;
    public double AvgWinningTrade => _wins == 0 ? double.NaN : _grossProfit / _wins;

    /// <summary>At least 0.</summary>
    public double AvgLosingTrade => _losses == 0 ? double.NaN : _grossLoss / _losses;

    /// <summary>Mean of the trades' own percentages.</summary>
    public double AvgTradePercent => MeanPercent(static _ => true);
    public double AvgWinningTradePercent => MeanPercent(static profit => profit > 0);
    public double AvgLosingTradePercent => -MeanPercent(static profit => profit < 0);

    /// <summary>Deepest fall of equity below its peak at the opening of a position, intrabar prices included; at least 0.</summary>
    public double MaxDrawdown => _maxDrawdown;
    public double MaxDrawdownPercent => _maxDrawdownPercent;
    /// <summary>Highest rise of equity above its lowest at the opening of a position; at least 0.</summary>
    public double MaxRunup => _maxRunup;
    public double MaxRunupPercent => _maxRunupPercent;
    public double MaxContractsHeldAll => _maxHeld;
    public double MaxContractsHeldLong => _maxHeldLong;
    public double MaxContractsHeldShort => _maxHeldShort;
    public string AccountCurrency => Settings.Currency.Length == 0 ? Symbol.Currency : Settings.Currency;
    public int WinTrades => _wins;
    public int LossTrades => _losses;
    public int EvenTrades => _evens;
    public int ClosedTradeCount => _closedCount;
    public int OpenTradeCount => _openCount;
    public int MarginCalls => _marginCalls;
    /// <summary>Account currency over all fills.</summary>
    public double CommissionPaid => _commissionPaid;

    /// <summary><c>strategy.opentrades.capital_held</c>: margin that the position ties up at its entry prices.</summary>
    public double CapitalHeld => _size == 0 ? 0 : Math.Abs(_size) * _avgPrice * _pointValue * MarginRatio(Side);

    /// <summary><c>strategy.closedtrades.first_index</c>; no trade is ever trimmed here.</summary>
    public int FirstClosedTradeIndex => 0;

    public ReadOnlySpan<Trade> ClosedTrades => _closed.AsSpan(0, _closedCount);
    public ReadOnlySpan<Trade> OpenTrades => _openTrades.AsSpan(0, _openCount);
    public ReadOnlySpan<Fill> Fills => _fills.AsSpan(0, _fillCount);
    /// <summary>Equity at each bar's close.</summary>
    public ReadOnlySpan<double> EquityCurve => _equity.AsSpan(0, _barsBooked);

    /// <summary>Gives the curve's memory to the next run; the curve is empty from then on. A search makes thousands of runs and keeps none.</summary>
    internal void ReleaseEquity()
    {
        ArrayPool<double>.Shared.Return(_equity);
        (_equity, _barsBooked) = ([], 0);
    }

    /// <summary>Account currency per whole price point and contract at the current rate.</summary>
    public double PointValue => _pointValue;

    /// <summary>Symbol currency to account currency; the other way divides.</summary>
    public double ConvertToAccount(double value) => value * (_pointValue / Symbol.PointValue);
    public double ConvertToSymbol(double value) => value / (_pointValue / Symbol.PointValue);

    /// <summary><c>strategy.closedtrades.*</c> for one trade; every number NaN and every text empty when the index is out of range.</summary>
    public TradeView ClosedTrade(int index) => (uint)index < (uint)_closedCount ? View(_closed[index]) : Nothing;

    public TradeView OpenTrade(int index) => (uint)index < (uint)_openCount ? View(_openTrades[index]) : Nothing;

    private static readonly TradeView Nothing = new(double.NaN, double.NaN, double.NaN, "", "", double.NaN, double.NaN, double.NaN, "", "",
        double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

    private TradeView View(in Trade trade)
    {
        double value = trade.Cost(_pointValue);
        double profit = trade.Profit, runup = trade.MaxRunup, drawdown = trade.MaxDrawdown;
        if (trade.IsOpen)
        {
            // As if it were closed here: TradingView's list already takes the exit's commission off an open trade.
            profit = trade.Size * (_mark - trade.EntryPrice) * _pointValue - trade.Commission - CommissionFor(trade.Qty, _mark);
            (runup, drawdown) = Extremes(trade, trade.Qty, trade.Commission);
        }
        return new TradeView(trade.EntryPrice, trade.EntryBar, trade.EntryTimeMs, trade.EntryId, trade.EntryComment ?? "",
            trade.IsOpen ? double.NaN : trade.ExitPrice, trade.IsOpen ? double.NaN : trade.ExitBar, trade.IsOpen ? double.NaN : trade.ExitTimeMs,
            trade.ExitId, trade.ExitComment ?? "", trade.Size, profit, profit / value * 100, trade.Commission,
            runup, runup / value * 100, drawdown, drawdown / value * 100);
    }

    private double OfCapital(double money) => money / Settings.InitialCapital * 100;

    private double MeanPercent(Func<double, bool> which)
    {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < _closedCount; i++)
        {
            if (!which(_closed[i].Profit)) continue;
            sum += _closed[i].Profit / _closed[i].Cost(_pointValue) * 100;
            count++;
        }
        return count == 0 ? double.NaN : sum / count;
    }
}

/// <summary>A trade as <c>strategy.closedtrades.*</c> and <c>strategy.opentrades.*</c> show it. Percentages are in percent.</summary>
public readonly record struct TradeView(
    double EntryPrice, double EntryBarIndex, double EntryTime, string EntryId, string EntryComment,
    double ExitPrice, double ExitBarIndex, double ExitTime, string ExitId, string ExitComment,
    double Size, double Profit, double ProfitPercent, double Commission,
    double MaxRunup, double MaxRunupPercent, double MaxDrawdown, double MaxDrawdownPercent);
