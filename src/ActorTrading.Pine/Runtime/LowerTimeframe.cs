using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Runtime;

/// <summary>The finer bars inside each chart bar, for the bar magnifier. Asked for in increasing order.</summary>
internal sealed class LowerTimeframe(BarSeries bars, BarSeries finer)
{
    private int _at;
    private Bar[] _found = new Bar[64];

    public ReadOnlySpan<Bar> Of(int bar)
    {
        long open = bars.TimeMs[bar], close = bars.CloseTimeMs(bar);
        while (_at < finer.Count && finer.TimeMs[_at] < open) _at++;
        int count = 0;
        for (; _at < finer.Count && finer.TimeMs[_at] < close; _at++)
        {
            if (count == _found.Length) Array.Resize(ref _found, count * 2);
            _found[count++] = finer[_at];
        }
        return _found.AsSpan(0, count);
    }
}
