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
}
