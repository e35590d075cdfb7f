using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>The newest stretch of a leader's ledger, with the account as it was before each entry. Bounded: the oldest give way.</summary>
internal sealed class LeaderLog(int capacity)
{
    private readonly List<Item> _items = [];
    private AccountState _head = AccountState.Empty;
    private LeaderStretch? _lastSlice;

    public long LastSeq => _head.Seq;

    /// <summary>The leader's account after the last entry.</summary>
    public AccountState Head => _head;

    public void Reset(AccountState head)
    {
        _items.Clear();
        _lastSlice = null;
        _head = head;
    }

    public void Append(IReadOnlyList<LedgerEntry> entries, DateTimeOffset committedAt)
    {
        foreach (var entry in entries)
        {
            _items.Add(new Item(_head, entry, committedAt));
            _head = _head.Apply(entry);
        }

        if (_items.Count > capacity)
        {
            _items.RemoveRange(0, _items.Count - capacity / 2);
        }
    }

    /// <summary>The entries after a sequence, at most <paramref name="limit"/>; null where the log does not reach back that far. Links at the same place get the same stretch.</summary>
    public LeaderStretch? Slice(long afterSeq, int limit)
    {
        if (_items.Count == 0 || afterSeq >= LastSeq || _items[0].Entry.Seq > afterSeq + 1)
        {
            return null;
        }

        var from = (int)(afterSeq + 1 - _items[0].Entry.Seq);
        var count = Math.Min(limit, _items.Count - from);
        var last = _items[from + count - 1];
        if (_lastSlice is { } slice && slice.Before.Seq == afterSeq && slice.LastSeq == last.Entry.Seq)
        {
            return slice;
        }

        var entries = ImmutableArray.CreateBuilder<LedgerEntry>(count);
        for (var i = from; i < from + count; i++)
        {
            entries.Add(_items[i].Entry);
        }

        return _lastSlice = new LeaderStretch(_items[from].Before, entries.MoveToImmutable(), last.CommittedAt);
    }

    private readonly record struct Item(AccountState Before, LedgerEntry Entry, DateTimeOffset CommittedAt);
}
