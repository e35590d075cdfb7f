using ActorTrading.Domain;

namespace ActorTrading.Api.Realtime.Quotes;

/// <summary>Section <c>Fanout</c> of the configuration.</summary>
public sealed class FanoutOptions
{
    /// <summary>Rate of a client that asks for none, quotes a second and symbol.</summary>
    public int DefaultPerSecond { get; set; } = 10;

    /// <summary>Quotes kept for clients that want every one; who falls further behind gets the newest and is told.</summary>
    public int LogCapacity { get; set; } = 65_536;

    /// <summary>Quotes are gathered for at least so long before they are sent.</summary>
    public TimeSpan GatherMin { get; set; } = TimeSpan.FromMilliseconds(4);

    /// <summary>And for up to so long when connections, or the machine, cannot take frames faster: fewer and larger frames cost less.</summary>
    public TimeSpan GatherMax { get; set; } = TimeSpan.FromMilliseconds(16);
}

/// <summary>
/// Quotes of this process to all its clients. One loop gathers what has come, builds each group's frame once and hands it to
/// every member that is not still busy with the last one. Publishing never waits for a client.
/// </summary>
public sealed class QuoteFanout : IAsyncDisposable
{
    /// <summary>A frame holds no more quotes than this; the rest follows in the next.</summary>
    public const int QuotesPerFrameMax = 2000;

    /// <summary>Fastest conflated rate, quotes a second and symbol.</summary>
    public const int PerSecondMax = 1000;

    private readonly FanoutOptions _options;
    private readonly TimeProvider _clock;
    private readonly RealtimeMetrics _metrics;
    private readonly Lock _membership = new();
    private readonly Dictionary<string, QuoteGroup> _groups = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _dueTimer;
    private QuoteGroup[] _order = [];
    private Task _loop = Task.CompletedTask;
    private int _isAwake;
    private int _first;
    private TimeSpan _gather;
    private int _busy;

    public QuoteFanout(FanoutOptions options, TimeProvider clock, RealtimeMetrics metrics)
    {
        _options = options;
        _metrics = metrics;
        metrics.Observe("actortrading.hub.clients.busy", "{client}", "Clients that were still taking their last frame when the next was ready", () => Volatile.Read(ref _busy));
        _clock = clock;
        _gather = options.GatherMin;
        Log = new(options.LogCapacity);
        _dueTimer = clock.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public QuoteLog Log { get; }

    /// <summary>Quotes handed to clients so far, counted once for each client.</summary>
    public long Delivered { get; private set; }

    /// <summary>How often an every-quote client has fallen out of the log.</summary>
    public long Gaps { get; private set; }

    public void Start() => _loop = Task.Run(RunAsync);

    /// <param name="receivedUtcTicks">When the quote entered the system, UTC; 0 where that is not known.</param>
    public void Publish(SymbolSlot symbol, Quote quote, int digits, long receivedUtcTicks = 0) => PublishAll(symbol, new ReadOnlySpan<Quote>(in quote), digits, receivedUtcTicks);

    /// <param name="quotes">What has come together, oldest first.</param>
    /// <param name="receivedUtcTicks">When the first of them entered the system, UTC; 0 where that is not known.</param>
    public void PublishAll(SymbolSlot symbol, ReadOnlySpan<Quote> quotes, int digits, long receivedUtcTicks = 0)
    {
        Log.Append(symbol, quotes, digits, receivedUtcTicks);
        Wake();
    }

    public QuoteClient Connect(IQuoteSink sink) => new(this, sink);

    internal void Written(QuoteFrame frame) => _metrics.Written(frame, _clock.GetUtcNow());

    internal void Wake()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Release();
    }

    private async Task RunAsync()
    {
        var lastPass = _clock.GetTimestamp() - _clock.TimestampFrequency;
        try
        {
            while (true)
            {
                await _wake.WaitAsync(_stop.Token).ConfigureAwait(false);
                var rest = _gather - _clock.GetElapsedTime(lastPass);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, _clock, _stop.Token).ConfigureAwait(false);
                var late = rest > TimeSpan.Zero && _clock.GetElapsedTime(lastPass) > _gather + _options.GatherMin;
                lastPass = _clock.GetTimestamp();
                Volatile.Write(ref _isAwake, 0);
                Adapt(late | Pass());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Sends everything that is due to everybody who can take it.</summary>
    /// <returns>Whether many of them were still busy with what they got before.</returns>
    internal bool Pass()
    {
        var now = _clock.GetTimestamp();
        var head = Log.Head;
        var due = long.MaxValue;
        int sent = 0, busy = 0;
        var (delivered, gaps, replaced) = (Delivered, Gaps, 0L);
        lock (_membership)
        {
            // A client in two groups has one write at a time: starting elsewhere each time gives each group its turn.
            _first = _order.Length == 0 ? 0 : (_first + 1) % _order.Length;
            for (var i = 0; i < _order.Length; i++)
            {
                var group = _order[(_first + i) % _order.Length];
                var before = group.Edition;
                due = Math.Min(due, group.Advance(head, now));
                replaced += group.TakeReplaced();
                if (group.Edition != before || group.HasLaggards)
                    Send(group, ref sent, ref busy);
            }
        }
        Volatile.Write(ref _busy, busy);
        _metrics.Passed(Delivered - delivered, replaced, Gaps - gaps);
        if (due != long.MaxValue)
            _dueTimer.Change(TimeSpan.FromTicks(Math.Max(1, (long)((due - now) * (double)TimeSpan.TicksPerSecond / _clock.TimestampFrequency))), Timeout.InfiniteTimeSpan);
        return busy > 8 && busy > sent / 4;
    }

    private void Send(QuoteGroup group, ref int sent, ref int busy)
    {
        group.HasLaggards = false;
        foreach (var member in group.Members)
        {
            if (member.Cursor >= group.Edition && member.First is null)
                continue;
            if (!member.Client.TryBegin())
            {
                group.HasLaggards = true;
                busy++;
                continue;
            }
            var frame = group.FrameFor(member);
            member.Cursor = frame.To;
            if (frame.To < group.Edition)
            {
                group.HasLaggards = true;
                Wake();
            }
            sent++;
            Delivered += frame.Lines.Count;
            Gaps += frame.HasGap ? 1 : 0;
            if (frame.Lines.Count > 0)
                member.Client.Send(frame);
            else
                member.Client.Yield();
        }
    }

    /// <summary>A pass that comes late, or finds many busy, means that frames cost more than there is: gather longer. Few stalled clients change nothing.</summary>
    private void Adapt(bool isPressed) => _gather = isPressed
        ? TimeSpan.FromTicks(Math.Min(_gather.Ticks * 3 / 2, _options.GatherMax.Ticks))
        : TimeSpan.FromTicks(Math.Max(_gather.Ticks * 15 / 16, _options.GatherMin.Ticks));

    internal void Subscribe(QuoteClient client, IEnumerable<string> symbols, int perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(perSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, PerSecondMax);
        lock (_membership)
        {
            if (client.IsGone)
                return;
            var wanted = symbols.Select(Log.Symbol).ToHashSet();
            foreach (var (rate, member) in client.ByRate.ToArray())
            {
                if (rate != perSecond && member.Group.Symbols.Any(wanted.Contains))
                    Move(client, rate, [.. member.Group.Symbols.Where(s => !wanted.Contains(s))], []);
            }
            var known = client.ByRate.GetValueOrDefault(perSecond)?.Group.Symbols ?? [];
            wanted.ExceptWith(known);
            if (wanted.Count > 0)
                Move(client, perSecond, [.. known, .. wanted], wanted);
        }
        Wake();
    }

    internal void Unsubscribe(QuoteClient client, IEnumerable<string> symbols)
    {
        lock (_membership)
        {
            var unwanted = symbols.Select(Log.Symbol).ToHashSet();
            foreach (var (rate, member) in client.ByRate.ToArray())
                Move(client, rate, [.. member.Group.Symbols.Where(s => !unwanted.Contains(s))], []);
        }
    }

    internal void Remove(QuoteClient client)
    {
        lock (_membership)
        {
            client.IsGone = true;
            foreach (var rate in client.ByRate.Keys.ToArray())
                Move(client, rate, [], []);
        }
    }

    /// <summary>Puts a client into the group of its new symbols, with what it has not seen of the old ones and the last quotes of the new.</summary>
    private void Move(QuoteClient client, int rate, SymbolSlot[] symbols, HashSet<SymbolSlot> isNew)
    {
        var old = client.ByRate.GetValueOrDefault(rate);
        if (old is not null)
        {
            client.ByRate.Remove(rate);
            old.Group.Members.Remove(old);
            if (old.Group.Members.Count == 0 && _groups.Remove(old.Group.Key))
                _order = [.. _groups.Values];
        }
        if (symbols.Length == 0)
            return;
        var group = GroupOf(rate, symbols);
        var cursor = rate != 0 ? group.Edition : old?.Cursor ?? Log.Head;
        var first = group.FirstFor(old, isNew, cursor)
            .Concat(old?.First?.Where(l => symbols.Contains(l.Symbol)) ?? [])
            .DistinctBy(l => l.Symbol).OrderBy(l => l.Seq).ToList();
        var member = new QuoteMember(client, group, cursor) { First = first.Count > 0 ? first : null };
        client.ByRate[rate] = member;
        group.Members.Add(member);
        group.HasLaggards = true;
    }

    private QuoteGroup GroupOf(int rate, SymbolSlot[] symbols)
    {
        Array.Sort(symbols, static (a, b) => a.Index.CompareTo(b.Index));
        var key = $"{rate}:{string.Join(',', symbols.Select(s => s.Index))}";
        if (_groups.TryGetValue(key, out var known))
            return known;
        QuoteGroup group;
        if (rate == 0)
            group = new EveryQuoteGroup(key, Log, symbols);
        else
        {
            var conflated = new ConflatedGroup(key, Log, symbols, _clock.TimestampFrequency / rate);
            conflated.Start();
            group = conflated;
        }
        _groups[key] = group;
        _order = [.. _groups.Values];
        return group;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _dueTimer.DisposeAsync();
        _stop.Dispose();
        _wake.Dispose();
    }
}
