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

/// <summary>Parabolic stop and reverse, as TradingView's reference writes it out.</summary>
[PineName("ta.sar")]
public sealed class Sar
{
    private double _sar = double.NaN, _extreme, _step, _close1, _high1 = double.NaN, _high2 = double.NaN, _low1 = double.NaN, _low2 = double.NaN;
    private bool _long;
    private int _calls;

    public double Update(double start, double inc, double max, [FromBar] double high, [FromBar] double low, [FromBar] double close)
    {
        bool turned = false;
        if (_calls == 1)
        {
            _long = close > _close1;
            (_extreme, _sar) = _long ? (high, _low1) : (low, _high1);
            (_step, turned) = (start, true);
        }
        if (_calls > 0) Advance(turned, start, inc, max, high, low);
        _calls++;
        (_high2, _high1, _low2, _low1, _close1) = (_high1, high, _low1, low, close);
        return _sar;
    }

    private void Advance(bool turned, double start, double inc, double max, double high, double low)
    {
        double next = _sar + _step * (_extreme - _sar);
        if (_long ? next > low : next < high)
        {
            // The stop restarts from the extreme of the trend that has ended.
            next = _long ? Math.Max(high, _extreme) : Math.Min(low, _extreme);
            _long = !_long;
            (_extreme, _step, turned) = (_long ? high : low, start, true);
        }
        if (!turned && (_long ? high > _extreme : low < _extreme)) (_extreme, _step) = (_long ? high : low, Math.Min(_step + inc, max));
        double bound = _long
            ? double.IsNaN(_low2) ? _low1 : Math.Min(_low1, _low2)
            : double.IsNaN(_high2) ? _high1 : Math.Max(_high1, _high2);
        _sar = _long ? Math.Min(next, bound) : Math.Max(next, bound);
    }
}
