using ActorTrading.Domain;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Client;

/// <summary>
/// Dialect B has no tick stream: asks for the newest ticks of each subscribed symbol in turn, and passes on those not seen
/// before. For the terminal's thread.
/// </summary>
internal sealed class QuotePoll(Mt5TerminalOptions options, MonotonicClock clock, TimeProvider time, AnswerReader reader, GuardedEvents events)
{
    /// <summary>How far back the first question reaches; of its ticks only the newest is passed on.</summary>
    private static readonly TimeSpan FirstReach = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, DateTimeOffset> _seen = [];
    private readonly ServerClock _serverClock = new(options.ServerTimeZone);

    public long NextAt { get; private set; } = MonotonicClock.Never;

    public void Begin() => NextAt = options.Dialect == TerminalDialect.B ? clock.Now : MonotonicClock.Never;

    /// <summary>The questions due now.</summary>
    public IEnumerable<PendingRequest> Due(IEnumerable<string> symbols)
    {
        if (clock.Now < NextAt)
            return [];
        NextAt = clock.After(options.QuotePollInterval);
        return [.. symbols.Select(Ask)];
    }

    private PendingQuestion<IReadOnlyList<Quote>> Ask(string symbol)
    {
        var now = time.GetUtcNow();
        var from = _seen.TryGetValue(symbol, out var last) ? last : now - FirstReach;
        // The end lies ahead, so that a server clock that is fast hides nothing.
        var payload = RequestWriter.History(symbol, TerminalTimeframe.Tick, _serverClock.ToServerSeconds(from), _serverClock.ToServerSeconds(now.AddHours(1)));
        return new PendingQuestion<IReadOnlyList<Quote>>($"HISTORY {symbol} TICK", payload, AnswerShape.History, options.RequestTimeout, root => reader.Ticks(root, symbol))
        {
            Answered = ticks => Pass(symbol, ticks),
        };
    }

    private void Pass(string symbol, IReadOnlyList<Quote> ticks)
    {
        if (ticks.Count == 0)
            return;
        if (!_seen.TryGetValue(symbol, out var last))
            last = ticks[^1].Time.AddTicks(-1);
        foreach (var tick in ticks)
            if (tick.Time > last)
                events.Quote(tick);
        _seen[symbol] = ticks[^1].Time > last ? ticks[^1].Time : last;
    }
}
