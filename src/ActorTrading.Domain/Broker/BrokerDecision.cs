namespace ActorTrading.Domain;

/// <summary>What the broker engine answers: the events to append, in order, and the answer to give.</summary>
/// <param name="Events">Empty when the command was refused before it became an order.</param>
public sealed record BrokerDecision(Retcode Retcode, string Message, IReadOnlyList<LedgerEvent> Events)
{
    /// <summary>The order concerned, where there is one: the new one, or the earlier one of a repeated client order id.</summary>
    public Guid? OrderId { get; init; }

    /// <summary>The command repeats an earlier one; nothing new happened and the answer is that of the first time.</summary>
    public bool IsDuplicate { get; init; }

    public bool Accepted => Retcode is Retcode.Done or Retcode.DonePartial or Retcode.Placed or Retcode.NoChanges;
}
