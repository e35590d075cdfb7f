using ActorTrading.Domain;
using ActorTrading.Mt5.Client;

namespace ActorTrading.Mt5.Simulation;

/// <summary>Gives out a source's quotes when they are due. For one thread.</summary>
internal sealed class QuotePlayer(IQuoteSource source, TimeProvider time, MonotonicClock clock)
{
    /// <summary>A market further behind its times than this gives up catching up.</summary>
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (Quote Quote, long At)? _next;
    private long _start;

    public bool IsStarted { get; private set; }

    /// <summary>Completes when the last quote has been given out; faults where the source is damaged.</summary>
    public Task Ended => _ended.Task;

    /// <summary>When the next quote is due; <see cref="MonotonicClock.Never"/> at the end.</summary>
    public long NextAt => _next?.At ?? MonotonicClock.Never;

    public bool IsDue => NextAt <= clock.Now;

    public void Start()
    {
        IsStarted = true;
        _start = clock.Now;
        Fetch();
    }

    public bool TryTake(out Quote quote)
    {
        quote = default;
        if (_next is not { } next || next.At > clock.Now)
            return false;
        if (next.At > _start && clock.Since(next.At) > MaxLag)
            _start += clock.Now - next.At; // the machine slept: on from here, instead of making up for the night in a second
        quote = next.Quote;
        Fetch();
        return true;
    }

    public void Finish()
    {
        if (IsStarted && _next is null)
            _ended.TrySetResult();
    }

    public void Abandon() => _ended.TrySetCanceled();

    private void Fetch()
    {
        _next = null;
        try
        {
            if (source.TryNext(out var quote, out var due))
                _next = (quote, _start + (long)(due.TotalSeconds * time.TimestampFrequency));
        }
        catch (InvalidDataException e)
        {
            _ended.TrySetException(e);
        }
    }
}
