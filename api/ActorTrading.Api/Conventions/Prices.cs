namespace ActorTrading.Api;

/// <summary>Numbers as clients see them.</summary>
public static class Prices
{
    /// <summary>The price with exactly so many digits after the point: 1.395 with 5 digits is written 1.39500.</summary>
    /// <param name="digits">0 to 8, as the instrument has them; a price that is finer than that (an average) keeps its own digits.</param>
    public static decimal WithDigits(decimal price, int digits) =>
        price.Scale >= digits ? Trim(price, digits) : price + new decimal(0, 0, 0, false, (byte)digits);

    public static decimal? WithDigits(decimal? price, int digits) => price is { } p ? WithDigits(p, digits) : null;

    private static decimal Trim(decimal price, int digits)
    {
        var rounded = decimal.Round(price, digits);
        return rounded == price ? rounded : price;
    }
}
