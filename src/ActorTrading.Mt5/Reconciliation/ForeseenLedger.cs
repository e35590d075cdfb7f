using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// The ledger as the facts told so far will leave it. A fact that cannot follow is left out, or it would keep all others out at this
/// comparison and at each after it. No money hides behind it: the balance is made the terminal's, and so are the positions, whose
/// difference that is left is told without a deal. An order that it would have filled is ended, or it would be sent again.
/// </summary>
internal sealed class ForeseenLedger(AccountState before)
{
    /// <summary>Prices matter for the money only, which the terminal tells.</summary>
    private static readonly MarketBoard NoMarket = new([]);

    private readonly List<TerminalFact> _facts = [];
    private readonly List<(TerminalFact, string)> _unbookable = [];

    public AccountState State { get; private set; } = before;

    public IReadOnlyList<TerminalFact> Facts => _facts;

    public IReadOnlyList<(TerminalFact Fact, string Reason)> Unbookable => _unbookable;

    public void Add(IEnumerable<TerminalFact> facts)
    {
        foreach (var fact in facts)
        {
            Add(fact);
        }
    }

    public void Add(TerminalFact fact)
    {
        try
        {
            var next = State;
            foreach (var happened in TerminalBook.Observe(State, fact, NoMarket))
            {
                next = next.Apply(new LedgerEntry(State.AccountId, next.Seq + 1, fact.At, happened));
            }

            State = next;
            _facts.Add(fact);
        }
        catch (InvalidLedgerException e)
        {
            _unbookable.Add((fact, e.Message));
            if (fact is { Kind: TerminalFactKind.Filled, OrderId: { } order })
            {
                Add(Mt5.Facts.Cancelled(order, fact.OrderTicket, fact.At) with { Retcode = Retcode.Error, Message = e.Message });
            }
        }
    }
}
