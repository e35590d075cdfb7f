using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine;

public sealed partial class ScriptInstance
{
    private StateSnapshot? _barStart;
    private long _liveTime = long.MinValue;
    private int _count;

    /// <summary>
    /// Executes a live update. The first update of a bar (a new opening time) starts it; later ones roll back to its start and
    /// execute again; <paramref name="confirmed"/> is its close. A strategy without calc_on_every_tick executes only at the close.
    /// An update older than the newest bar is ignored.
    /// </summary>
    public void UpdateLive(in Bar bar, bool confirmed)
    {
        if (_bars is null) RunHistory(BarSeries.FromBars([], Options.Timeframe ?? Timeframe.Daily));
        if (Error is not null || bar.TimeMs < _liveTime || (_count == 0 && _bars!.Count > 0 && bar.TimeMs <= _bars.TimeMs[^1])) return;
        var update = bar;
        Guard(() => Update(update, confirmed));
    }

    private void Update(in Bar bar, bool confirmed)
    {
        _runtime.StartRun();
        bool isNew = bar.TimeMs != _liveTime;
        if (isNew)
        {
            if (_count == 0) _count = _bars!.Count;
            _liveTime = bar.TimeMs;
            _count++;
            Grow(_count);
            Remember();
        }
        else if (_closed) return;
        _closed = confirmed;
        int index = _count - 1;
        Write(index, bar);
        _runtime.Updates++;
        if (!confirmed && Broker is { Settings.CalcOnEveryTick: false }) return;
        if (!isNew) RollBack();
        _main.LastBarIndex = index;
        _main.LoadBar(index);
        (_main.IsLast, _main.IsHistory, _main.IsRealtime, _main.IsNew, _main.IsConfirmed, _main.IsLastConfirmedHistory) = (true, false, true, isNew, confirmed, false);
        // Orders are worked once, on the finished bar, as in the backtest.
        if (confirmed && Broker is { } broker)
        {
            broker.OnBarOpen(index, bar.TimeMs, bar.Open, bar.High, bar.Low, bar.Close);
            if (broker.Recalculate is not null) RollBack();
        }
        _main.Execute();
        if (confirmed) Broker?.OnBarClose();
        _executed = _count;
    }

    private bool _closed;

    /// <summary>Notes the state at the start of a bar.</summary>
    private void Remember()
    {
        _barStart = StateSnapshot.Take(_main);
        _remembered = true;
    }

    private bool _remembered;

    /// <summary>Back to the start of the bar: everything but varip.</summary>
    private void RollBack() => _barStart!.Restore(Script.Emitted!.VaripFields);

    /// <summary>After a fill. Before the first one of a bar nothing has been executed, so the state is still that of its start.</summary>
    private void Recalculate()
    {
        if (_remembered) RollBack();
        else Remember();
        _main.Execute();
    }

    private void Grow(int count)
    {
        if (_main.Times.Length < count || ReferenceEquals(_main.Times, _bars!.TimeMs))
        {
            int capacity = Math.Max(256, Math.Max(count, _main.Times.Length) + _main.Times.Length / 2);
            _main.Opens = Larger(_main.Opens, capacity);
            _main.Highs = Larger(_main.Highs, capacity);
            _main.Lows = Larger(_main.Lows, capacity);
            _main.Closes = Larger(_main.Closes, capacity);
            _main.Volumes = Larger(_main.Volumes, capacity);
            var times = new long[capacity];
            _main.Times.AsSpan(0, Math.Min(_main.Times.Length, count)).CopyTo(times);
            _main.Times = times;
            for (int i = 0; i < _runtime.Plots.Length; i++)
            {
                _runtime.Plots[i] = Larger(_runtime.Plots[i]!, capacity);
                if (_runtime.PlotColors[i] is { } colors) _runtime.PlotColors[i] = Larger(colors, capacity);
            }
            _main.Attach();
        }
    }

    private static double[] Larger(double[] values, int capacity)
    {
        var larger = new double[capacity];
        values.CopyTo(larger, 0);
        return larger;
    }

    private void Write(int index, in Bar bar)
    {
        _main.Times[index] = bar.TimeMs;
        _main.Opens[index] = bar.Open;
        _main.Highs[index] = bar.High;
        _main.Lows[index] = bar.Low;
        _main.Closes[index] = bar.Close;
        _main.Volumes[index] = bar.Volume;
    }

    private BarSeries LiveBars()
    {
        int count = Math.Max(_count, _bars!.Count);
        return new BarSeries(_main.Times[..count], _main.Opens[..count], _main.Highs[..count], _main.Lows[..count], _main.Closes[..count], _main.Volumes[..count], _main.Timeframe);
    }
}
