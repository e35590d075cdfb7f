using System.Collections.Concurrent;
using System.Numerics;
using ActorTrading.Domain;

namespace ActorTrading.Api.Realtime.Quotes;

/// <summary>
/// The newest quotes of this process in the order of their arrival. A client is a place in this log: whoever falls behind costs
/// no memory, and whoever falls out of it is told so.
/// </summary>
/// <param name="capacity">Quotes kept, rounded up to a power of two.</param>
public sealed class QuoteLog(int capacity)
{
    private readonly QuoteLine?[] _ring = new QuoteLine?[BitOperations.RoundUpToPowerOf2((uint)capacity)];
    private readonly ConcurrentDictionary<string, SymbolSlot> _symbols = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _head;

    /// <summary>Sequence of the newest quote; 0 before any.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Sequence of the oldest quote that is surely still here.</summary>
    public long Tail => Math.Max(1, Head - _ring.Length + 1);

    public SymbolSlot Symbol(string name)
    {
        if (_symbols.TryGetValue(name, out var known))
            return known;
        lock (_gate)
        {
            if (!_symbols.TryGetValue(name, out known))
                _symbols[name] = known = new(name, _symbols.Count);
            return known;
        }
    }

    /// <summary>
    /// Takes quotes that have come together, oldest first. Where they hold the one that <see cref="AppendFirst"/> took, that one and those before it
    /// are passed over: it is here already.
    /// </summary>
    public void Append(SymbolSlot symbol, ReadOnlySpan<Quote> quotes, int digits, long receivedUtcTicks = 0)
    {
        lock (_gate)
        {
            if (symbol is { IsAskedFor: true, Latest: { } known })
            {
                symbol.IsAskedFor = false;
                // By the quote itself and not by its time: that may go back, where another feed takes over.
                quotes = quotes[(quotes.LastIndexOf(known.Quote) + 1)..];
            }
            foreach (var quote in quotes)
                AppendHeld(symbol, quote, digits, receivedUtcTicks);
        }
    }

    /// <summary>Takes a quote that was asked for, unless one has come by itself meanwhile. It may still come by itself afterwards.</summary>
    public bool AppendFirst(SymbolSlot symbol, Quote quote, int digits)
    {
        lock (_gate)
        {
            if (symbol.Latest is not null)
                return false;
            AppendHeld(symbol, quote, digits, 0);
            symbol.IsAskedFor = true;
            return true;
        }
    }

    private void AppendHeld(SymbolSlot symbol, Quote quote, int digits, long receivedUtcTicks)
    {
        var line = new QuoteLine(_head + 1, symbol, quote, digits, receivedUtcTicks);
        symbol.Counted();
        Volatile.Write(ref _ring[line.Seq & (_ring.Length - 1)], line);
        symbol.Latest = line;
        Volatile.Write(ref _head, line.Seq);
    }

    /// <returns>Null when the quote has been overwritten by a newer one.</returns>
    public QuoteLine? At(long seq)
    {
        var line = Volatile.Read(ref _ring[seq & (_ring.Length - 1)]);
        return line?.Seq == seq ? line : null;
    }
}
