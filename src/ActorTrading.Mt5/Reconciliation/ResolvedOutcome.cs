namespace ActorTrading.Mt5;

/// <summary>What became of a request in doubt, as far as the terminal's state shows.</summary>
public abstract record ResolvedOutcome(TradeRequest Request)
{
    /// <summary>It was done.</summary>
    /// <param name="Order">Ticket of the resting order, or of the position's opening order; null where the state does not tell.</param>
    /// <param name="Deal">Ticket of the first deal that did it; null for requests that make none, and where the history does not show it.</param>
    /// <param name="Position">Ticket of the position opened or acted on.</param>
    /// <param name="Volume">Lots dealt or resting; 0 for a change of levels or a cancellation.</param>
    /// <param name="Price">Price dealt, volume-weighted, or resting; 0 where there is none.</param>
    public sealed record Executed(TradeRequest Request, long? Order, long? Deal, long? Position, decimal Volume, decimal Price) : ResolvedOutcome(Request)
    {
        /// <summary>All deals that did it, by ticket; none where the history does not show them.</summary>
        public IReadOnlyList<TerminalDeal> Deals { get; init; } = [];

        /// <summary>The deals that have closed again what it opened, by ticket; none where it is still there, or where they are not found.</summary>
        public IReadOnlyList<TerminalDeal> Closings { get; init; } = [];
    }

    /// <summary>It was not done and, as nothing is on its way any more, will not be.</summary>
    public sealed record NotExecuted(TradeRequest Request, string Reason) : ResolvedOutcome(Request);

    /// <summary>The state fits both: a person has to look. Nothing may be sent again for it.</summary>
    public sealed record Ambiguous(TradeRequest Request, string Reason) : ResolvedOutcome(Request);
}
