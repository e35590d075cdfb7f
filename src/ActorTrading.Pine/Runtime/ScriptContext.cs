using System.Runtime.CompilerServices;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Runtime;

/// <summary>
/// Base of the classes that compiled scripts become: one instance is the code of one chart (the script's, or a request's) with all
/// its state. Compiled code reads the fields directly, hence their visibility.
/// </summary>
internal abstract class ScriptContext
{
    // The current bar
    public double Open, High, Low, Close, Volume, Time;
    /// <summary>Close of the bar before, NaN on the first.</summary>
    public double PrevClose = double.NaN;
    public int Bar;
    public bool IsFirst, IsLast, IsHistory, IsRealtime, IsNew, IsConfirmed, IsLastConfirmedHistory;
    public int LastBarIndex;

    // All bars so far; what lies beyond Bar is not the script's to see
    public double[] Opens = [], Highs = [], Lows = [], Closes = [], Volumes = [];
    public long[] Times = [];

    /// <summary>Number of the source position being executed, for error messages.</summary>
    public int Position = 0;
    /// <summary>Loop iterations until the next check of the limits.</summary>
    public int Budget = ScriptRuntime.BudgetChunk;

    public ScriptRuntime Runtime = null!;
    public BrokerEmulator Broker = null!;
    public SymbolInfo Symbol = SymbolInfo.Default;
    public Timeframe Timeframe;
    public TradingCalendar Calendar = null!;
    public bool IsMain;

    /// <summary>What a request's expression gave on this bar, by element.</summary>
    public double[] NumberResults = [];
    public object?[] ObjectResults = [];

    /// <summary>Runs the script's code on the current bar.</summary>
    public abstract void Execute();

    /// <summary>Takes inputs and plot arrays from the runtime; again whenever the plot arrays have grown.</summary>
    public abstract void Attach();

    public void SetBars(BarSeries bars)
    {
        (Opens, Highs, Lows, Closes, Volumes, Times) = (bars.Open, bars.High, bars.Low, bars.Close, bars.Volume, bars.TimeMs);
        Timeframe = bars.Timeframe;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadBar(int bar)
    {
        PrevClose = bar > 0 ? Closes[bar - 1] : double.NaN;
        Bar = bar;
        Position = 0;
        Open = Opens[bar];
        High = Highs[bar];
        Low = Lows[bar];
        Close = Closes[bar];
        Volume = Volumes[bar];
        Time = Times[bar];
        IsFirst = bar == 0;
    }

    /// <summary>Whether this bar is the first of its trading day.</summary>
    public bool SessionStart()
    {
        if (Bar == 0) return true;
        return Calendar.TradingDay(Times[Bar]) != Calendar.TradingDay(Times[Bar - 1]);
    }

    /// <summary>When the current bar ends, ms UTC.</summary>
    public double CloseTime()
    {
        long end = Calendar.PeriodEnd(Times[Bar], Timeframe);
        return Bar < LastBarIndex && Bar + 1 < Times.Length && Times[Bar + 1] > Times[Bar] && Times[Bar + 1] < end ? Times[Bar + 1] : end;
    }

    public double Source(double field) => (int)field switch
    {
        0 => Open,
        1 => High,
        2 => Low,
        4 => Volume,
        5 => (High + Low) / 2,
        6 => (High + Low + Close) / 3,
        7 => (Open + High + Low + Close) / 4,
        8 => (High + Low + Close + Close) / 4,
        _ => Close,
    };

    /// <summary>A value of an earlier bar out of an array by bar.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double At(double[] values, int index) => (uint)index < (uint)values.Length ? values[index] : double.NaN;

    public static double At(long[] values, int index) => (uint)index < (uint)values.Length ? values[index] : double.NaN;

    /// <summary>Farther back than any bar: what is there is na.</summary>
    private const int BeforeAllBars = int.MaxValue;

    /// <summary>A history offset as int: whole, not negative, not beyond <paramref name="limit"/>. An offset of na asks for what is not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Offset(double offset, int limit)
    {
        int n = (int)offset;
        return offset >= 0 && n <= limit ? n : BadOffset(offset, limit);
    }

    private static int BadOffset(double offset, int limit)
    {
        if (double.IsNaN(offset)) return BeforeAllBars;
        if (offset < 0) throw new PineRuntimeException($"The history offset must not be negative, but is {offset}.");
        throw new PineRuntimeException($"The requested historical offset ({offset}) is beyond the historical buffer's limit ({limit}).");
    }

    /// <summary>Called each time the budget of loop iterations is used up.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void CheckLimits()
    {
        Budget = ScriptRuntime.BudgetChunk;
        Runtime.CheckLimits();
    }
}

/// <summary>The script did something that ends the run; the message is for its author.</summary>
internal class PineRuntimeException(string message) : Exception(message);

/// <summary>A time limit was reached.</summary>
internal sealed class PineTimeOutException(string message) : PineRuntimeException(message);
