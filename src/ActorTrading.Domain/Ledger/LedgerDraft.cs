namespace ActorTrading.Domain;

/// <summary>
/// Entries in the making, to be committed together. Each is folded as it is added, and only then: whoever decided on the state commits what he
/// has already folded. What was there before is untouched, so that a draft can be thrown away.
/// </summary>
/// <param name="before">The account as its last durable entry left it.</param>
public sealed class LedgerDraft(Guid accountId, AccountState before)
{
    private readonly AccountState _before = before;
    private readonly List<LedgerEntry> _entries = new(2);
    private ChangeCollector? _changes = new();

    public LedgerDraft(AccountState before) : this(before.AccountId, before)
    {
    }

    /// <summary>The account as the entries so far leave it.</summary>
    public AccountState State { get; private set; } = before;

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>The rows that the entries so far change, as <see cref="AccountProjection.Fold"/> tells them.</summary>
    public AccountChanges Changes() => _changes?.ToChanges(State) ?? AccountProjection.Fold(_before, _entries).Changes;

    /// <summary>Numbers and folds one more.</summary>
    /// <exception cref="InvalidLedgerException">It cannot follow; nothing was added.</exception>
    public void Add(LedgerEvent happened, DateTimeOffset at)
    {
        var entry = new LedgerEntry(accountId, State.Seq + 1, at, happened);
        try
        {
            State = State.Apply(entry, _changes);
        }
        catch (InvalidLedgerException)
        {
            // It may have come half-way into the rows.
            _changes = null;
            throw;
        }
        _entries.Add(entry);
    }

    public void Add(IReadOnlyList<LedgerEvent> events, DateTimeOffset at)
    {
        foreach (var happened in events) Add(happened, at);
    }

    /// <summary>Takes back what was added after the first <paramref name="count"/> entries, which left <paramref name="state"/>.</summary>
    internal void RollBack(AccountState state, int count)
    {
        if (_entries.Count == count) return;
        State = state;
        _entries.RemoveRange(count, _entries.Count - count);
        // Rows do not remember what they were: they are gathered anew from what is left.
        _changes = null;
    }
}
