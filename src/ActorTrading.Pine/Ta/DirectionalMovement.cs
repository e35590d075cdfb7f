using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>Directional movement: +DI, −DI and ADX. The true range is na on the first bar, unlike that of <see cref="Atr"/>.</summary>
[PineName("ta.dmi")]
public sealed class DirectionalMovement
{
    private readonly Rma _range = new(), _plus = new(), _minus = new(), _adx = new();
    private double _high = double.NaN, _low = double.NaN;

    public (double Plus, double Minus, double Adx) Update(int diLength, int adxSmoothing, [FromBar] double high,
        [FromBar] double low, [FromBar] double prevClose)
    {
        double up = high - _high, down = _low - low;
        (_high, _low) = (high, low);
        bool na = double.IsNaN(up) || double.IsNaN(down);
        double range = _range.Update(TrueRange.Of(high, low, prevClose, false), diLength);
        double plus = _plus.Update(na ? double.NaN : up - down > Tolerance.Epsilon && up > Tolerance.Epsilon ? up : 0, diLength);
        double minus = _minus.Update(na ? double.NaN : down - up > Tolerance.Epsilon && down > Tolerance.Epsilon ? down : 0, diLength);
        if (double.IsNaN(range + plus + minus) || range == 0) return (double.NaN, double.NaN, double.NaN);
        plus = 100 * plus / range;
        minus = 100 * minus / range;
        double sum = plus + minus;
        return (plus, minus, 100 * _adx.Update(Math.Abs(plus - minus) / (sum == 0 ? 1 : sum), adxSmoothing));
    }
}

/// <summary>Parabolic stop and reverse.</summary>
[PineName("ta.sar")]
public sealed class Sar
{
    private double _sar, _extreme, _step, _high1 = double.NaN, _high2 = double.NaN, _low1 = double.NaN, _low2 = double.NaN;
    private bool _long;
    private int _calls;

    public double Update(double start, double inc, double max, [FromBar] double high, [FromBar] double low)
    {
        double result = _calls switch
        {
            0 => double.NaN,
            1 => Start(start, high, low),
            _ => Next(start, inc, max, high, low),
        };
        _calls++;
        (_high2, _high1, _low2, _low1) = (_high1, high, _low1, low);
        return result;
    }

    private double Start(double start, double high, double low)
    {
        _step = start;
        _long = !(_high1 > high);
        (_sar, _extreme) = _long ? (_low1, high) : (_high1, low);
        return _sar;
    }

    private double Next(double start, double inc, double max, double high, double low)
    {
        double next = _sar + _step * (_extreme - _sar);
        double highBefore = double.IsNaN(_high2) ? _high1 : Math.Max(_high1, _high2);
        double lowBefore = double.IsNaN(_low2) ? _low1 : Math.Min(_low1, _low2);
        if (_long ? low <= next : high >= next)
        {
            // Turned: the stop restarts from the extreme of the trend that ended.
            next = _long ? Math.Max(_extreme, Math.Max(high, highBefore)) : Math.Min(_extreme, Math.Min(low, lowBefore));
            _long = !_long;
            _step = start;
            _extreme = _long ? high : low;
        }
        else if (_long)
        {
            next = Math.Min(next, lowBefore);
            if (high > _extreme) (_extreme, _step) = (high, Math.Min(_step + inc, max));
        }
        else
        {
            next = Math.Max(next, highBefore);
            if (low < _extreme) (_extreme, _step) = (low, Math.Min(_step + inc, max));
        }
        return _sar = next;
    }
}
