using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>
/// Whether a terminal shows the account that a ledger is of. Its user may log it in to another one, or send us to another terminal: taken for
/// this account's, those books would say that all of it was closed by hand, and whoever copies it would close too. The protocol does not name
/// the login, but its history is whole: the newest deal that the ledger has seen is in it, or it is not this account's.
/// </summary>
public static class OwnBooks
{
    /// <returns>Why the books must not be compared; null where they are the account's.</returns>
    public static string? WhyNot(AccountState state, TerminalSnapshot snapshot)
    {
        if (!state.IsReconciled)
        {
            // Nothing was taken over yet, so only what could never be booked right is refused.
            return snapshot.Account.Currency is { Length: > 0 } currency && currency != state.Currency
                    ? $"The terminal's account is in {currency}, this one in {state.Currency}: connect the terminal as an account in {currency}."
                : ModeOf(snapshot) is { } mode && mode != state.Mode
                    ? $"The terminal's account is a {Name(mode)} one, this one was made as {Name(state.Mode)}: connect the terminal as a {Name(mode)} account."
                : null;
        }

        if (state.LastDealTicket == 0 || snapshot.Deals.Any(d => d.Ticket == state.LastDealTicket) || HoldsOurs(state, snapshot))
        {
            return null;
        }

        return $"The terminal does not show deal {state.LastDealTicket}, the newest that this account has had: it is logged in to another account, or still loading its history. Nothing is sent or taken over until it shows it.";
    }

    /// <summary>As far as the books show it: only netting turns a position round by one deal, and only hedging has two in a symbol.</summary>
    private static PositionMode? ModeOf(TerminalSnapshot snapshot) =>
        snapshot.Deals.Any(d => d.IsExecution && d.Entry == DealEntry.InOut) ? PositionMode.Netting
        : !snapshot.PositionsAreComplete || snapshot.Positions.GroupBy(p => p.Symbol).Any(symbol => symbol.Count() > 1) ? PositionMode.Hedging
        : null;

    private static string Name(PositionMode mode) => mode == PositionMode.Netting ? "netting" : "hedging";

    /// <summary>A broker that has put old deals away still shows what is held.</summary>
    private static bool HoldsOurs(AccountState state, TerminalSnapshot snapshot) =>
        snapshot.Positions.Any(there => state.Positions.Values.Any(p => p.BrokerTicket == there.Ticket && p.Symbol == there.Symbol && p.Side == there.Side));
}
