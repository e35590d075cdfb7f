namespace ActorTrading.Domain;

/// <summary>A change is asked of the terminal; it is sent only after this is durable.</summary>
public sealed record RequestSubmitted(TerminalRequest Request) : LedgerEvent
{
    [System.Text.Json.Serialization.JsonIgnore]
    public override string Kind => "requestSubmitted";
}

/// <summary>The terminal answered a request, or the books show that it took effect.</summary>
public sealed record RequestSettled(Guid RequestId, Retcode Retcode, string Message) : LedgerEvent
{
    [System.Text.Json.Serialization.JsonIgnore]
    public override string Kind => "requestSettled";
}

/// <summary>The terminal's books and the ledger agree up to this deal; fills booked from answers are confirmed by it.</summary>
public sealed record TerminalReconciled(long LastDealTicket) : LedgerEvent
{
    /// <summary>Ids of fills that this does not confirm: the terminal's history is late with their deals. Null for none.</summary>
    public IReadOnlyList<Guid>? Unconfirmed { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public override string Kind => "terminalReconciled";
}
