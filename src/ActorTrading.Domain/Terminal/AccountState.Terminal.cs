using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>The part of an account's state that only an account at a terminal has.</summary>
public sealed partial record AccountState
{
    /// <summary>Changes asked of the terminal that have no answer yet.</summary>
    public ImmutableDictionary<Guid, TerminalRequest> Requests { get; init; } = ImmutableDictionary<Guid, TerminalRequest>.Empty;

    /// <summary>The terminal's books have been compared with the ledger at least once: only then is it traded at.</summary>
    public bool IsReconciled { get; init; }

    /// <summary>The newest deal at the terminal that the ledger accounts for; 0 before the first reconciliation.</summary>
    public long LastDealTicket { get; init; }

    /// <summary>Fills booked from the terminal's answers, whose deals its history has not shown yet, oldest first.</summary>
    public ImmutableList<Deal> UnconfirmedFills { get; init; } = [];

    /// <summary>Folds the events that only accounts at a terminal have, and what other events mean for them.</summary>
    private AccountState ApplyTerminal(LedgerEvent ledgerEvent) => ledgerEvent switch
    {
        RequestSubmitted e => this with { Requests = Requests.Add(e.Request.Id, e.Request) },
        RequestSettled e => this with { Requests = Requests.Remove(e.RequestId) },
        TerminalReconciled e => this with { IsReconciled = true, LastDealTicket = Math.Max(LastDealTicket, e.LastDealTicket), UnconfirmedFills = Unconfirmed(e) },
        DealExecuted e when Kind != AccountKind.Paper => e.Deal.BrokerTicket is { } ticket
            ? this with { LastDealTicket = Math.Max(LastDealTicket, ticket) }
            : this with { UnconfirmedFills = UnconfirmedFills.Add(e.Deal) },
        _ => this,
    };

    private ImmutableList<Deal> Unconfirmed(TerminalReconciled e) =>
        e.Unconfirmed is { Count: > 0 } ids ? UnconfirmedFills.RemoveAll(f => !ids.Contains(f.Id)) : [];
}
