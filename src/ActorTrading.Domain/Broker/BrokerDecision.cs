namespace ActorTrading.Domain;

/// <summary>What the broker engine answers: the events to append, in order, and the answer to give.</summary>
/// <param name="Events">Empty when the command was refused before it became an order.</param>
public sealed record BrokerDecision(Retcode Retcode, string Message, IReadOnlyList<LedgerEvent> Events)
{
    public bool Accepted => Retcode is Retcode.Done or Retcode.DonePartial or Retcode.Placed or Retcode.NoChanges;
}
