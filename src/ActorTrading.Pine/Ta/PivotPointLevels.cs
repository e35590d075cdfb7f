using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Ta;

/// <summary>
/// <c>ta.pivot_point_levels</c>: P, R1, S1, R2, S2, R3, S3, R4, S4, R5, S5 of the period between two anchors; NaN for a level
/// that the kind does not have. With <c>developing</c> the running period is used instead of the completed one.
/// </summary>
[PineName("ta.pivot_point_levels")]
public sealed class PivotPointLevels
{
    private double _open = double.NaN, _high = double.NaN, _low = double.NaN, _close = double.NaN;
    private double _oldOpen = double.NaN, _oldHigh = double.NaN, _oldLow = double.NaN, _oldClose = double.NaN;
    private bool _anchored;

    public PineArray<double> Update(string type, bool anchor, bool developing, [FromBar] double open, [FromBar] double high,
        [FromBar] double low, [FromBar] double close)
    {
        if (anchor)
        {
            (_oldOpen, _oldHigh, _oldLow, _oldClose) = (_open, _high, _low, _close);
            (_open, _high, _low) = (open, high, low);
            _anchored = true;
        }
        else
        {
            if (double.IsNaN(_open)) _open = open;
            if (!(high <= _high)) _high = high;
            if (!(low >= _low)) _low = low;
        }
        _close = close;
        if (!_anchored) return new PineArray<double>(11, double.NaN);
        return new PineArray<double>(developing
            ? Levels(type, _open, _high, _low, _close, _open)
            : Levels(type, _oldOpen, _oldHigh, _oldLow, _oldClose, _open));
    }

    private static double[] Empty()
    {
        var levels = new double[11];
        Array.Fill(levels, double.NaN);
        return levels;
    }

    private static double[] Levels(string type, double o, double h, double l, double c, double currentOpen)
    {
        var levels = Empty();
        double range = h - l, p = (h + l + c) / 3;
        switch (type)
        {
            case "Traditional":
                Set(levels, p, 2 * p - l, 2 * p - h, p + range, p - range, 2 * p + h - 2 * l, 2 * p - 2 * h + l,
                    3 * p + h - 3 * l, 3 * p - 3 * h + l, 4 * p + h - 4 * l, 4 * p - 4 * h + l);
                break;
            case "Fibonacci":
                Set(levels, p, p + 0.382 * range, p - 0.382 * range, p + 0.618 * range, p - 0.618 * range, p + range, p - range);
                break;
            case "Woodie":
                p = (h + l + 2 * currentOpen) / 4;
                double r3 = h + 2 * (p - l), s3 = l - 2 * (h - p);
                Set(levels, p, 2 * p - l, 2 * p - h, p + range, p - range, r3, s3, r3 + range, s3 - range);
                break;
            case "Classic":
                Set(levels, p, 2 * p - l, 2 * p - h, p + range, p - range, p + 2 * range, p - 2 * range, p + 3 * range, p - 3 * range);
                break;
            case "DM":
                double x = o == c ? h + l + 2 * c : c > o ? 2 * h + l + c : h + 2 * l + c;
                Set(levels, x / 4, x / 2 - l, x / 2 - h);
                break;
            case "Camarilla":
                double r5 = h / l * c;
                Set(levels, p, c + 1.1 * range / 12, c - 1.1 * range / 12, c + 1.1 * range / 6, c - 1.1 * range / 6,
                    c + 1.1 * range / 4, c - 1.1 * range / 4, c + 1.1 * range / 2, c - 1.1 * range / 2, r5, c - (r5 - c));
                break;
            default:
                throw new PineArgumentException($"'{type}' is not a pivot type: use Traditional, Fibonacci, Woodie, Classic, DM or Camarilla.");
        }
        return levels;
    }

    private static void Set(double[] levels, params ReadOnlySpan<double> values) => values.CopyTo(levels);
}
