using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Whether a price sent and a price told are the same. The terminal tells 5 decimals, and rounds what it is sent by the
/// digits of its chart's symbol, whichever that is.
/// </summary>
internal static class PriceMatch
{
    private const int ToldDecimals = 5;

    /// <summary>Fewest decimals of a chart's symbol that are reckoned with.</summary>
    private const int FewestDecimals = 1;

    /// <summary>A limit rounded more coarsely than by a chart of the yen would prove nothing.</summary>
    private const int FewestDecimalsOfLimit = 2;

    public static bool Same(decimal sent, decimal told, int fewestDecimals = FewestDecimals)
    {
        for (var digits = ToldDecimals; digits >= fewestDecimals; digits--)
            if (decimal.Round(sent, digits, MidpointRounding.AwayFromZero) == told)
                return true;
        return decimal.Round(sent, ToldDecimals, MidpointRounding.ToEven) == told;
    }

    /// <summary>Whether a limit at the price sent may have been filled at the price told.</summary>
    public static bool IsLimitOrBetter(Side side, decimal sent, decimal told) =>
        Same(sent, told, FewestDecimalsOfLimit) || (side == Side.Buy ? told < sent : told > sent);

    /// <summary>Null and 0 both mean none.</summary>
    public static bool SameLevel(decimal? sent, decimal? told) =>
        sent is null or 0 ? told is null or 0 : told is { } value && Same(sent.Value, value);
}
