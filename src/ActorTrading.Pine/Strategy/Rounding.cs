using System.Globalization;
using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Strategy;

/// <summary>The grids that prices, quantities and booked money are kept on.</summary>
internal sealed class Rounding(SymbolInfo symbol)
{
    // A level this close to a tick, in ticks, counts as on it.
    private const double TickSlack = 1e-4;
    private readonly double _tick = symbol.MinTick, _scale = symbol.PriceScale, _move = symbol.MinMove, _lots = LotsPerContract(symbol.MinContract);

    /// <summary>Nearest tick, halves up.</summary>
    public double Price(double price) => Math.Floor(price / _tick + 0.5) * _move / _scale;

    public double PriceDown(double price) => Math.Floor(price * _scale / _move + TickSlack) * _move / _scale;

    public double PriceUp(double price) => Math.Ceiling(price * _scale / _move - TickSlack) * _move / _scale;

    public double Ticks(double count) => count * _move / _scale;

    private readonly decimal _decimalStep = symbol.MinContract is > 1e-20 and < 1e15
        ? decimal.Parse(symbol.MinContract.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture)
        : 0;

    public double LotsPerUnit => _lots;

    // A step such as 0.1 is not exact in binary; its reciprocal is.
    private static double LotsPerContract(double step)
    {
        double inverse = 1 / step, whole = Math.Round(inverse);
        return whole >= 1 && Math.Abs(inverse - whole) < 1e-9 * whole ? whole : inverse;
    }

    /// <summary>
    /// Whole lots of a quantity that the script wrote: its shortest decimal is floored, so that 150.9 gives 150 and
    /// 0.0010899999999999998 is one lot of 0.00001 below 0.00109.
    /// </summary>
    public double WrittenLots(double qty)
    {
        Span<char> text = stackalloc char[32];
        if (!(qty < 1e15) || _decimalStep <= 0 || !qty.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture) ||
            !decimal.TryParse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out var written)) return Lots(qty);
        return (double)(Math.Floor(written / _decimalStep) * _decimalStep);
    }

    /// <summary>Whole lots of a quantity that should be on the grid but for binary dust.</summary>
    public double Lots(double qty)
    {
        double lots = Math.Abs(qty) * _lots, nearest = Math.Round(lots);
        if (Math.Abs(lots - nearest) > 8 * Math.BitIncrement(lots) - 8 * lots + 1e-9) nearest = Math.Floor(lots);
        return Clean(nearest / _lots);
    }

    /// <summary>Whole lots of a quantity fresh from a division by price: no slack.</summary>
    public double MoneyLots(double qty) => Clean(Math.Floor(Math.Abs(qty) * _lots) / _lots);

    /// <summary>A sum or difference of quantities without binary dust.</summary>
    public static double Clean(double qty)
    {
        double scaled = qty * 1e8;
        return Math.Abs(scaled) < 9e15 ? Math.Round(scaled) / 1e8 : qty;
    }

    /// <summary>Ten significant decimal digits, halves away from zero: how money is booked and budgets are cut.</summary>
    public static double Money(double amount)
    {
        if (amount == 0 || !double.IsFinite(amount)) return amount;
        double magnitude = Math.Abs(amount);
        int digits = 9 - (int)Math.Floor(Math.Log10(magnitude));
        if (digits is < 0 or > 15) return amount;
        return Math.Round(amount, digits, MidpointRounding.AwayFromZero);
    }
}
