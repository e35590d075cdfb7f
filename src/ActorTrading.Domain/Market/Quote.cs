namespace ActorTrading.Domain;

/// <summary>One bid/ask pair of a symbol.</summary>
/// <param name="Symbol">The symbol's name at the feed, e.g. <c>EURUSD</c>.</param>
/// <param name="Bid">Price at which the market buys, in the quote currency; above zero.</param>
/// <param name="Ask">Price at which the market sells, in the quote currency; at or above <paramref name="Bid"/>.</param>
/// <param name="Time">Time at the feed, UTC, to the millisecond.</param>
public readonly record struct Quote(string Symbol, decimal Bid, decimal Ask, DateTimeOffset Time)
{
    /// <summary>Half-way between bid and ask.</summary>
    public decimal Mid => (Bid + Ask) / 2m;

    /// <summary>The price at which an order of this side is filled: the ask for a buy, the bid for a sell.</summary>
    public decimal OpenPrice(Side side) => side == Side.Buy ? Ask : Bid;

    /// <summary>The price at which a position of this side is closed: the bid for a long, the ask for a short.</summary>
    public decimal ClosePrice(Side side) => side == Side.Buy ? Bid : Ask;
}
