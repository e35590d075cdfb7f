using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>Entries to be committed together. The state after them is folded only when somebody asks for it.</summary>
internal sealed class LedgerDraft(AccountState state)
{
    private readonly List<LedgerEntry> _entries = [];
    private readonly Guid _accountId = state.AccountId;
    private readonly long _seq = state.Seq;
    private AccountState _state = state;
    private int _folded;

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>The account as the entries so far leave it.</summary>
    public AccountState State
    {
        get
        {
            for (; _folded < _entries.Count; _folded++)
            {
                _state = _state.Apply(_entries[_folded]);
            }

            return _state;
        }
    }

    public void Add(IReadOnlyList<LedgerEvent> events, DateTimeOffset at)
    {
        foreach (var happened in events)
        {
            _entries.Add(new LedgerEntry(_accountId, _seq + _entries.Count + 1, at, happened));
        }
    }
}
