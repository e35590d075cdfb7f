using System.Globalization;

namespace ActorTrading.Domain;

/// <summary>Minor units of currencies and rounding of money.</summary>
public static class Currencies
{
    /// <summary>Digits after the decimal point of an amount: 2, but 0 for JPY, KRW, CLP and VND and 8 for BTC and ETH.</summary>
    public static int Digits(string currency) => currency switch
    {
        "JPY" or "KRW" or "CLP" or "VND" => 0,
        "BTC" or "ETH" => 8,
        _ => 2,
    };

    /// <summary>Rounds to the currency's digits, halves away from zero as MetaTrader 5's NormalizeDouble does.</summary>
    public static decimal Round(decimal amount, string currency) =>
        decimal.Round(amount, Digits(currency), MidpointRounding.AwayFromZero);

    /// <summary>The amount with its currency, for a person: <c>1100.10 USD</c>.</summary>
    public static string Format(decimal amount, string currency) =>
        Round(amount, currency).ToString("F" + Digits(currency), CultureInfo.InvariantCulture) + " " + currency;
}
