using ActorTrading.Contracts;
using PineBar = ActorTrading.Pine.Bars.Bar;

namespace ActorTrading.Grains;

/// <summary>
/// The way that a forming bar's price has taken, as far as it was seen: one stretch a look. What has filled on it has filled, whatever
/// the bar becomes; the path that a backtest assumes of a whole bar would turn with each new high and low.
/// </summary>
internal sealed class ObservedPath
{
    /// <summary>Beyond it neighbours are joined: more than a bar of one hour has seconds.</summary>
    private const int StretchesMax = 5_000;

    private readonly List<PineBar> _stretches = [];
    private BarRow? _last;

    /// <summary>Opening time of the bar; null before the first look.</summary>
    public DateTimeOffset? Time => _last?.Time;

    public PineBar[] Stretches => [.. _stretches];

    /// <summary>Looks at the bar, or at the next one.</summary>
    public void See(BarRow row)
    {
        var last = _last;
        _last = row;
        if (last?.Time != row.Time)
        {
            _stretches.Clear();
            _stretches.Add(new PineBar(row.Time.ToUnixTimeMilliseconds(), (double)row.Open, (double)row.High, (double)row.Low, (double)row.Close, row.Volume));
            return;
        }

        // Fewer ticks than before: whoever gathers the bar has begun anew, and what it has is all new.
        var isNew = row.Volume < last.Volume;
        if (!isNew && row.Close == last.Close && row.High <= last.High && row.Low >= last.Low)
        {
            return;
        }

        var high = Math.Max(Math.Max(last.Close, row.Close), isNew || row.High > last.High ? row.High : 0);
        var low = Math.Min(Math.Min(last.Close, row.Close), isNew || row.Low < last.Low ? row.Low : decimal.MaxValue);
        _stretches.Add(new PineBar(row.Time.ToUnixTimeMilliseconds(), (double)last.Close, (double)high, (double)low, (double)row.Close, row.Volume));
        if (_stretches.Count > StretchesMax)
        {
            Join();
        }
    }

    private void Join()
    {
        for (var i = 0; i + 1 < _stretches.Count; i++)
        {
            var (a, b) = (_stretches[i], _stretches[i + 1]);
            _stretches[i] = a with { High = Math.Max(a.High, b.High), Low = Math.Min(a.Low, b.Low), Close = b.Close };
            _stretches.RemoveAt(i + 1);
        }
    }
}
