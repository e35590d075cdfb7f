namespace ActorTrading.Domain;

/// <summary>Why a command is not done: MetaTrader 5's code, and for a person the value that was wrong and what would be right.</summary>
internal sealed record Refusal(Retcode Retcode, string Message)
{
    public BrokerDecision ToDecision(Guid? orderId = null) => new(Retcode, Message, []) { OrderId = orderId };
}
