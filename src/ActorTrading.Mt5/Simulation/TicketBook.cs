using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// A terminal's numbers for orders, deals and positions: one counter, given out as the ledger's entries come, so that a
/// restart from the same entries gives the same numbers. A position has the number of the order that opened it.
/// </summary>
internal sealed class TicketBook(long first)
{
    /// <summary>Numbers of finished orders and deals kept before they are swept.</summary>
    private const int SweepAt = 4096;

    private readonly Dictionary<Guid, long> _tickets = [];
    private readonly Dictionary<long, Guid> _ids = [];
    private long _next = first;

    public long Of(Guid id)
    {
        if (_tickets.TryGetValue(id, out var ticket))
            return ticket;
        ticket = _next++;
        _tickets.Add(id, ticket);
        _ids.Add(ticket, id);
        return ticket;
    }

    public long Next() => _next++;

    /// <summary>Where the counter stands, to come back to.</summary>
    public long Mark => _next;

    /// <summary>Takes back the numbers given since the mark: what they were for did not happen.</summary>
    public void RollBack(long mark)
    {
        for (var ticket = mark; ticket < _next; ticket++)
            if (_ids.Remove(ticket, out var id))
                _tickets.Remove(id);
        _next = mark;
    }

    /// <summary>The order or position with this number, or null.</summary>
    public Guid? Find(long ticket) => _ids.TryGetValue(ticket, out var id) ? id : null;

    /// <summary>As the EA finds it: by the low 32 bits that are left of it, taken for the whole.</summary>
    public Guid? FindNarrowed(long ticket) => Find((int)ticket);

    /// <summary>Forgets what is neither a live order nor an open position, now and then.</summary>
    public void Sweep(AccountState state)
    {
        if (_tickets.Count < SweepAt + 2 * (state.Orders.Count + state.Positions.Count))
            return;
        foreach (var (id, ticket) in _tickets.ToImmutableArray())
        {
            if (state.Orders.ContainsKey(id) || state.Positions.ContainsKey(id))
                continue;
            _tickets.Remove(id);
            _ids.Remove(ticket);
        }
    }
}
