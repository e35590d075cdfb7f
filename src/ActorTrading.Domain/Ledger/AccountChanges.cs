namespace ActorTrading.Domain;

/// <summary>
/// The projection rows that a run of ledger entries changed: written in the same transaction as the entries. Each order, position and
/// trade appears once, as it stands after the last entry. A trade that has only been opened is told by its position and its
/// <see cref="Trade.InitialStopLoss"/>, so that it appears with its second deal.
/// </summary>
/// <param name="Account">The account row: balance, credit, sequence, open or closed.</param>
/// <param name="Orders">To insert or update, final states included.</param>
/// <param name="Positions">To insert or update.</param>
/// <param name="RemovedPositions">To delete; one that was opened and closed within the run may never have been a row.</param>
/// <param name="Trades">To insert or update: open and closed round trips that have had more than their opening deal.</param>
/// <param name="Copies">To insert: one per link and leader entry.</param>
public sealed record AccountChanges(
    AccountState Account,
    IReadOnlyList<Order> Orders,
    IReadOnlyList<Position> Positions,
    IReadOnlyList<Guid> RemovedPositions,
    IReadOnlyList<Trade> Trades,
    IReadOnlyList<CopyDecision> Copies);

/// <summary>A copy decision with its place in the follower's ledger.</summary>
public sealed record CopyDecision(long Seq, DateTimeOffset At, CopyDecided Decided);
