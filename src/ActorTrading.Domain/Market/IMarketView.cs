namespace ActorTrading.Domain;

/// <summary>What an engine may ask of the market: a consistent picture at one moment.</summary>
public interface IMarketView
{
    /// <summary>The contract specification, or null for an unknown symbol.</summary>
    Instrument? FindInstrument(string symbol);

    /// <summary>The newest quote, or null where none has come yet.</summary>
    Quote? LastQuote(string symbol);

    /// <summary>
    /// Units of <paramref name="to"/> for one unit of <paramref name="from"/>, at mid prices, crossing over USD or EUR where
    /// there is no direct pair; null where no path is quoted. 1 where both are the same.
    /// </summary>
    decimal? ConversionRate(string from, string to);

    /// <summary>
    /// The pairs that <see cref="ConversionRate"/> multiplies or divides by, so that a bound on their prices bounds the rate;
    /// empty where both are the same, null where no path is quoted.
    /// </summary>
    IReadOnlyList<ConversionStep>? ConversionPath(string from, string to);
}

/// <summary>One step of a conversion: times the mid price of <paramref name="Symbol"/>, or divided by it where <paramref name="Inverse"/>.</summary>
public readonly record struct ConversionStep(string Symbol, bool Inverse);
