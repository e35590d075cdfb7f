using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// An open position as the terminal tells it: prices with at most 5 decimals, volume in lots, time UTC to the second.
/// The terminal tells no comment, so the client order id is not here.
/// </summary>
/// <param name="StopLoss">Null where the terminal says 0.</param>
/// <param name="TakeProfit">Null where the terminal says 0.</param>
public sealed record TerminalPosition(long Ticket, long Magic, string Symbol, Side Side, DateTimeOffset OpenedAt, decimal OpenPrice,
    decimal? StopLoss, decimal? TakeProfit, decimal Volume);

/// <summary>A pending order as the terminal tells it; the units are those of <see cref="TerminalPosition"/>.</summary>
/// <param name="Volume">The volume it was placed with: what is left after a partial fill is not told.</param>
public sealed record TerminalOrder(long Ticket, long Magic, string Symbol, Side Side, OrderType Type, DateTimeOffset PlacedAt, decimal Price,
    decimal? StopLoss, decimal? TakeProfit, decimal Volume);

public enum TerminalDealKind { Buy, Sell, Balance, Other }

/// <summary>A line of the account's history: an execution, or money moved. The terminal tells neither its order nor its position.</summary>
/// <param name="Entry">What it did to a position; <see cref="DealEntry.In"/> for money moved.</param>
/// <param name="Profit">Profit without commission and swap, or the amount moved, in the account's currency.</param>
public sealed record TerminalDeal(long Ticket, DateTimeOffset Time, string Symbol, TerminalDealKind Kind, DealEntry Entry, decimal Volume,
    decimal Price, decimal Profit)
{
    public bool IsExecution => Kind is TerminalDealKind.Buy or TerminalDealKind.Sell;
}
