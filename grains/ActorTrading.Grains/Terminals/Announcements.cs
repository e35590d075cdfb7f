using System.Collections.Frozen;
using ActorTrading.Mt5;

namespace ActorTrading.Grains;

/// <summary>
/// What a terminal has told, otherwise than by its answer, of trades whose answer is lost: its events and late answers name the client order
/// id, which its books do not. Not all come, so silence proves nothing. Told on the terminal's thread, asked by the grain.
/// </summary>
internal sealed class Announcements
{
    /// <summary>Trades without an answer that are listened for; of more only the books tell. They are found out one comparison after the other, so there are few.</summary>
    private const int OpenMax = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TradeOutcome.Answered?> _open = new(StringComparer.Ordinal);
    private string? _sending;
    private TradeOutcome.Answered? _heard;

    /// <summary>One is under way at a time; what is answered leaves nothing behind.</summary>
    public void Sending(string clientOrderId)
    {
        lock (_lock)
        {
            (_sending, _heard) = (clientOrderId, null);
        }
    }

    public void Sent(TradeOutcome outcome)
    {
        lock (_lock)
        {
            if (outcome is TradeOutcome.Unknown && _sending is { } name && _open.Count < OpenMax)
            {
                _open[name] = _heard;
            }

            (_sending, _heard) = (null, null);
        }
    }

    public void Heard(string clientOrderId, TradeOutcome.Answered told)
    {
        lock (_lock)
        {
            if (clientOrderId == _sending)
            {
                _heard = told;
            }
            else if (_open.ContainsKey(clientOrderId))
            {
                _open[clientOrderId] = told;
            }
        }
    }

    /// <summary>By client order id.</summary>
    public IReadOnlyDictionary<string, TradeOutcome.Answered> SoFar()
    {
        lock (_lock)
        {
            return _open.Count == 0
                ? FrozenDictionary<string, TradeOutcome.Answered>.Empty
                : _open.Where(o => o.Value is not null).ToDictionary(o => o.Key, o => o.Value!, StringComparer.Ordinal);
        }
    }

    /// <summary>All have been found out: what is sent again has another name.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _open.Clear();
        }
    }
}
