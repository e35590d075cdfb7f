namespace ActorTrading.Domain;

/// <summary>Folds entries and tells which projection rows they change.</summary>
public static class AccountProjection
{
    /// <summary>The state after the entries and the rows to write with them.</summary>
    /// <exception cref="InvalidLedgerException">An entry cannot follow; nothing was changed.</exception>
    public static (AccountState After, AccountChanges Changes) Fold(AccountState before, IReadOnlyList<LedgerEntry> entries)
    {
        var changes = new ChangeCollector();
        var state = before;
        foreach (var entry in entries) state = state.Apply(entry, changes);
        return (state, changes.ToChanges(state));
    }

    /// <summary>Numbers events as the entries that follow <paramref name="state"/>.</summary>
    public static IReadOnlyList<LedgerEntry> Entries(AccountState state, IReadOnlyList<LedgerEvent> events, DateTimeOffset at) =>
        Entries(state.AccountId, state.Seq, events, at);

    /// <summary>Numbers events as the entries after <paramref name="seq"/> of an account.</summary>
    public static IReadOnlyList<LedgerEntry> Entries(Guid accountId, long seq, IReadOnlyList<LedgerEvent> events, DateTimeOffset at)
    {
        var entries = new LedgerEntry[events.Count];
        for (var i = 0; i < entries.Length; i++) entries[i] = new LedgerEntry(accountId, seq + 1 + i, at, events[i]);
        return entries;
    }
}
