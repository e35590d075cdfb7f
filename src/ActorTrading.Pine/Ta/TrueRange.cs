using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// True range. The previous close is the chart's, not this call site's: inside a branch it is still the bar before.
/// </summary>
[PineName("ta.tr")]
public sealed class TrueRange
{
    public double Update([FromBar] double high, [FromBar] double low, [FromBar] double prevClose, bool handle_na = false) =>
        Of(high, low, prevClose, handle_na);

    /// <summary>Largest of high − low, |high − previous close|, |low − previous close|; without a previous close high − low if <paramref name="handleNa"/>, else NaN.</summary>
    public static double Of(double high, double low, double prevClose, bool handleNa) => double.IsNaN(prevClose)
        ? handleNa ? high - low : double.NaN
        : Math.Max(high - low, Math.Max(Math.Abs(high - prevClose), Math.Abs(low - prevClose)));
}

/// <summary>Average true range: rma of the true range.</summary>
[PineName("ta.atr")]
public sealed class Atr
{
    private readonly Rma _rma = new();

    public double Update(int length, [FromBar] double high, [FromBar] double low, [FromBar] double prevClose) =>
        _rma.Update(TrueRange.Of(high, low, prevClose, true), length);
}

/// <summary>Supertrend: line and direction (1 = down, −1 = up).</summary>
[PineName("ta.supertrend")]
public sealed class Supertrend
{
    private readonly Atr _atr = new();
    private double _lower = double.NaN, _upper = double.NaN, _close = double.NaN, _line = double.NaN;
    private int _direction;
    private bool _started;

    public (double Line, double Direction) Update(double factor, int atrPeriod, [FromBar] double high, [FromBar] double low,
        [FromBar] double close, [FromBar] double prevClose)
    {
        double middle = (high + low) / 2, atr = _atr.Update(atrPeriod, high, low, prevClose);
        if (!_started)
        {
            // TradingView shows 0 on the very first bar.
            _started = true;
            if (double.IsNaN(atr)) return (0, 1);
        }
        if (double.IsNaN(middle) || double.IsNaN(atr)) return (double.NaN, _direction == 0 ? 1 : _direction);
        double upper = middle + factor * atr, lower = middle - factor * atr;
        if (_direction == 0)
        {
            (_direction, _line) = (1, upper);
        }
        else
        {
            if (!(lower > _lower || _close < _lower)) lower = _lower;
            if (!(upper < _upper || _close > _upper)) upper = _upper;
            _direction = _line == _upper ? (close > upper ? -1 : 1) : (close < lower ? 1 : -1);
            _line = _direction == 1 ? upper : lower;
        }
        (_lower, _upper, _close) = (lower, upper, close);
        return (_line, _direction);
    }
}
