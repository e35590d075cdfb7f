namespace ActorTrading.Api.Realtime.Quotes;

/// <summary>
/// All clients with the same symbols at the same rate. They share their frames: a client that is where the others are gets the
/// very bytes that they get. Used by the fan-out's pass and under its membership lock only.
/// </summary>
internal abstract class QuoteGroup(string key, QuoteLog log, SymbolSlot[] symbols)
{
    private readonly Dictionary<long, QuoteFrame> _frames = [];
    private long _framesFor = -1;

    public string Key => key;

    public QuoteLog Log => log;

    public SymbolSlot[] Symbols => symbols;

    public List<QuoteMember> Members { get; } = [];

    /// <summary>The newest sequence that there is something to send for.</summary>
    public long Edition { get; protected set; }

    /// <summary>Quotes that a newer one has replaced, since the last <see cref="TakeReplaced"/>.</summary>
    protected long Replaced { get; set; }

    /// <summary>Somebody is behind <see cref="Edition"/> or waits for its first quotes.</summary>
    public bool HasLaggards { get; set; }

    /// <returns>Quotes that never went out because a newer one did, counted once for each member.</returns>
    public long TakeReplaced()
    {
        var replaced = Replaced * Members.Count;
        Replaced = 0;
        return replaced;
    }

    /// <summary>Takes up what has come since the last pass.</summary>
    /// <param name="now">Timestamp of the clock.</param>
    /// <returns>Timestamp when quotes held back fall due; <see cref="long.MaxValue"/> for none.</returns>
    public abstract long Advance(long head, long now);

    public QuoteFrame FrameFor(QuoteMember member)
    {
        if (member.First is { } first)
        {
            member.First = null;
            var rest = member.Cursor < Edition ? Build(member.Cursor) : new([], member.Cursor);
            // Who does not get every quote gets one of a symbol: the newest.
            if (rest.IsConflated || rest.HasGap)
            {
                var overtaken = rest.Lines.Select(line => line.Symbol).ToHashSet();
                first.RemoveAll(line => overtaken.Contains(line.Symbol));
            }
            // The first ones are as old as they are: only the rest tells how long quotes take.
            return new([.. first, .. rest.Lines], rest.To, rest.HasGap) { OldestUtcTicks = rest.OldestUtcTicks, IsConflated = rest.IsConflated };
        }
        if (_framesFor != Edition)
        {
            _frames.Clear();
            _framesFor = Edition;
        }
        if (!_frames.TryGetValue(member.Cursor, out var frame))
            _frames[member.Cursor] = frame = Build(member.Cursor);
        return frame;
    }

    /// <summary>What a client gets at once on joining with <paramref name="cursor"/>: last quotes of new symbols, and what it has missed of old ones.</summary>
    public abstract IEnumerable<QuoteLine> FirstFor(QuoteMember? old, HashSet<SymbolSlot> isNew, long cursor);

    /// <summary>What a client needs that has everything up to <paramref name="cursor"/>.</summary>
    protected abstract QuoteFrame Build(long cursor);
}

/// <summary>Every quote, in order.</summary>
internal sealed class EveryQuoteGroup : QuoteGroup
{
    private readonly bool[] _has;

    public EveryQuoteGroup(string key, QuoteLog log, SymbolSlot[] symbols) : base(key, log, symbols)
    {
        _has = new bool[symbols.Max(s => s.Index) + 1];
        foreach (var symbol in symbols)
            _has[symbol.Index] = true;
    }

    public override long Advance(long head, long now)
    {
        foreach (var symbol in Symbols)
        {
            if (symbol.Latest is { } latest && latest.Seq > Edition)
                Edition = Math.Min(latest.Seq, head);
        }
        return long.MaxValue;
    }

    // A client that was here before goes on from its own place in the log; a quote newer than the cursor is still to come.
    public override IEnumerable<QuoteLine> FirstFor(QuoteMember? old, HashSet<SymbolSlot> isNew, long cursor) =>
        Symbols.Where(isNew.Contains).Select(s => s.Latest).OfType<QuoteLine>().Where(l => l.Seq <= cursor);

    protected override QuoteFrame Build(long cursor)
    {
        var lines = new List<QuoteLine>();
        var seq = cursor + 1;
        if (seq >= Log.Tail)
        {
            for (; seq <= Edition && lines.Count < QuoteFanout.QuotesPerFrameMax; seq++)
            {
                if (Log.At(seq) is not { } line)
                    return Newest(cursor);
                if (line.Symbol.Index < _has.Length && _has[line.Symbol.Index])
                    lines.Add(line);
            }
            return new([.. lines], seq - 1);
        }
        return Newest(cursor);
    }

    /// <summary>The client has fallen out of the log: it goes on from now with the newest of each symbol, and is told.</summary>
    private QuoteFrame Newest(long cursor)
    {
        var newest = Symbols.Select(s => s.Latest).OfType<QuoteLine>().Where(l => l.Seq > cursor && l.Seq <= Edition).OrderBy(l => l.Seq).ToArray();
        return new(newest, Edition, hasGap: true);
    }
}

/// <summary>
/// The newest quote of each symbol, at most so often. A quote after a pause goes out at once; one that follows too soon waits
/// for the group's next beat, so that the symbols of a busy market leave together in one frame.
/// </summary>
internal sealed class ConflatedGroup(string key, QuoteLog log, SymbolSlot[] symbols, long period) : QuoteGroup(key, log, symbols)
{
    private readonly QuoteLine?[] _published = new QuoteLine?[symbols.Length];
    private readonly long[] _publishedIn = new long[symbols.Length];
    private readonly long[] _due = new long[symbols.Length];
    private readonly long[] _counts = new long[symbols.Length];

    /// <summary>A new group takes the newest quotes for published: its first members get them on joining.</summary>
    public void Start()
    {
        for (var i = 0; i < Symbols.Length; i++)
        {
            _published[i] = Symbols[i].Latest;
            _counts[i] = Symbols[i].Count;
            Edition = Math.Max(Edition, _published[i]?.Seq ?? 0);
        }
    }

    public override IEnumerable<QuoteLine> FirstFor(QuoteMember? old, HashSet<SymbolSlot> isNew, long cursor)
    {
        for (var i = 0; i < Symbols.Length; i++)
        {
            if (_published[i] is { } line && (isNew.Contains(line.Symbol) || (old is { Group: ConflatedGroup before } && before.LastSeen(old, line.Symbol) < line.Seq)))
                yield return line;
        }
    }

    /// <summary>Sequence of the newest quote of the symbol that the member has surely been sent.</summary>
    private long LastSeen(QuoteMember member, SymbolSlot symbol)
    {
        var i = Array.IndexOf(Symbols, symbol);
        return i < 0 || _publishedIn[i] > member.Cursor ? 0 : _published[i]?.Seq ?? 0;
    }

    public override long Advance(long head, long now)
    {
        var next = long.MaxValue;
        for (var i = 0; i < Symbols.Length; i++)
        {
            var latest = Symbols[i].Latest;
            if (latest is null || latest == _published[i])
                continue;
            if (now < _due[i])
            {
                next = Math.Min(next, _due[i]);
                continue;
            }
            _published[i] = latest;
            var count = Symbols[i].Count;
            Replaced += Math.Max(0, count - _counts[i] - 1);
            _counts[i] = count;
            // A quote may arrive while this runs: then it has a sequence above head, and belongs to this edition all the same.
            Edition = Math.Max(Edition, Math.Max(head, latest.Seq));
            _publishedIn[i] = Edition;
            var onTheBeat = _due[i] > 0 && now - _due[i] < period;
            _due[i] = onTheBeat ? _due[i] + period : (now + 2 * period - 1) / period * period;
        }
        return next;
    }

    protected override QuoteFrame Build(long cursor)
    {
        var lines = new List<QuoteLine>(Symbols.Length);
        for (var i = 0; i < Symbols.Length; i++)
        {
            if (_published[i] is { } line && _publishedIn[i] > cursor)
                lines.Add(line);
        }
        lines.Sort(static (a, b) => a.Seq.CompareTo(b.Seq));
        return new([.. lines], Edition) { IsConflated = true };
    }
}
