using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>A trade request as the broker received it, with what it led to. One for every request, refused ones too.</summary>
/// <param name="Number">From 1, in the order of arrival, over restarts.</param>
/// <param name="ClientOrderId">The request's comment.</param>
/// <param name="Request">The request's action type, symbol, volume, price and ticket, for a person.</param>
/// <param name="Order">The order's ticket; 0 where none came of it.</param>
/// <param name="Deals">Tickets of the deals it led to at once.</param>
public sealed record AuditRecord(long Number, DateTimeOffset At, string ClientOrderId, string Request, Retcode Retcode, string Message, long Order,
    IReadOnlyList<long> Deals);
