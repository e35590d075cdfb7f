using System.Buffers;
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
    private readonly OrderBook _book = new();
    private readonly Rounding _round;
    private readonly double _slippage;
    private readonly double _limitDepth;
    private readonly bool _hasCommission;
    private double[] _equity;
    private int _barsBooked;

    // The bar being worked on, its prices on the tick grid.
    private int _bar = -1;
    private long _timeMs;
    private double _open, _high, _low, _close;

    /// <summary>Price at which open profit is seen: the close, or the point of the bar that a recalculation stands at.</summary>
    private double _mark = double.NaN;
    /// <summary>Counts executions of the script, so that orders of one execution can be told from those of another.</summary>
    private long _tick;

    /// <exception cref="PineArgumentException">A setting out of its range.</exception>
    public BrokerEmulator(StrategySettings settings, SymbolInfo symbol, int expectedBars = 0)
    {
        if (!(settings.InitialCapital > 0)) throw new PineArgumentException("initial_capital must be above 0.");
        if (!(symbol.MinTick > 0) || !(symbol.PointValue > 0) || !(symbol.MinContract > 0))
            throw new PineArgumentException("The symbol's mintick, point value and contract step must be above 0.");
        Settings = settings;
        Symbol = symbol;
        _round = new Rounding(symbol);
        _slippage = _round.Ticks(settings.Slippage);
        _limitDepth = _round.Ticks(settings.BacktestFillLimitsAssumption);
        _hasCommission = settings.CommissionValue != 0;
        _equity = ArrayPool<double>.Shared.Rent(Math.Max(16, expectedBars));
        _peakEquity = _lowEquity = _peakRealized = settings.InitialCapital;
        _pointValue = symbol.PointValue;
    }

    public StrategySettings Settings { get; }
    public SymbolInfo Symbol { get; }

    /// <summary>
    /// Runs the script again on the current bar after a fill. Set by the runner when <see cref="StrategySettings.CalcOnOrderFills"/>
    /// is on; it must roll the script's variables back first.
    /// </summary>
    public Action? Recalculate { get; set; }

    /// <summary>
    /// Account currency per unit of the symbol's currency at a time (ms UTC), by the previous daily close; null means they are
    /// the same. Asked once a bar.
    /// </summary>
    public Func<long, double>? AccountRate { get; set; }

    /// <summary>Opens bar <paramref name="bar"/> (index from 0, increasing) and fills what its path reaches.</summary>
    /// <param name="timeMs">Opening time, ms UTC.</param>
    public void OnBarOpen(int bar, long timeMs, double open, double high, double low, double close)
    {
        (_bar, _timeMs, _open, _high, _low, _close) = (bar, timeMs, open, high, low, close);
        _mark = close;
        _tick++;
        if (AccountRate is { } rate) UpdateRate(rate(timeMs));
        // A script that idles pays for these few tests and nothing else.
        if (_book.Count == 0 && _openCount == 0 && !_risk.Any) return;
        if (_book.Count == 0 && !_risk.Any && !MarginThreatened(high, low) && AccountRate is null)
        {
            TrackExtremes(high, low);
            TrackEquity(high);
            TrackEquity(low);
            return;
        }
        Work([]);
    }

    /// <summary>As the other overload, but along the lower-timeframe bars inside this bar (bar magnifier); empty means the usual path.</summary>
    public void OnBarOpen(int bar, long timeMs, double open, double high, double low, double close, ReadOnlySpan<Bar> lowerBars)
    {
        if (lowerBars.IsEmpty)
        {
            OnBarOpen(bar, timeMs, open, high, low, close);
            return;
        }
        (_bar, _timeMs, _open, _high, _low, _close) = (bar, timeMs, open, high, low, close);
        _mark = close;
        _tick++;
        if (AccountRate is { } rate) UpdateRate(rate(timeMs));
        if (_book.Count == 0 && _openCount == 0 && !_risk.Any) return;
        Work(lowerBars);
    }

    /// <summary>Ends the bar: fills what fills at the close, checks the risk rules, records the equity.</summary>
    public void OnBarClose()
    {
        if (_book.Count > 0 || _openCount > 0) WorkAtClose();
        if (_risk.Any) EnforceRiskAtClose();
        _closedThisBar = false;
        _lastClose = _close;
        if (_barsBooked == _equity.Length) Array.Resize(ref _equity, _barsBooked * 2);
        _equity[_barsBooked++] = Settings.InitialCapital + NetProfit + OpenProfit;
    }

    private void Work(ReadOnlySpan<Bar> lowerBars)
    {
        if (_risk.Any && RollTradingDay()) return;
        WalkBar(lowerBars);
        CancelUnaffordable();
        _mark = _close;
        _book.Sweep();
    }

    private void WorkAtClose()
    {
        _mark = _close;
        FillImmediate();
        if (Settings.ProcessOrdersOnClose) FillAtClose();
        if (_openCount > 0 && MarginThreatened(_close, _close)) CheckMargin(_close, wholeContracts: true);
        _book.Sweep();
    }

    private void UpdateRate(double rate)
    {
        // A rate that is missing or absurd leaves money unconverted rather than turning it upside down.
        _pointValue = Symbol.PointValue * (rate > 0 && double.IsFinite(rate) ? rate : 1);
        RefreshLiquidation();
    }
}
