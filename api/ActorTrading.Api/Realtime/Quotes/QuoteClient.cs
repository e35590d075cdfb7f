namespace ActorTrading.Api.Realtime.Quotes;

/// <summary>Where a client's frames go. Never called again before the last write has ended.</summary>
public interface IQuoteSink
{
    ValueTask WriteAsync(QuoteFrame frame);

    /// <summary>A write has failed: the connection is of no more use.</summary>
    void Abort(Exception cause);
}

/// <summary>One connection in the fan-out: its subscriptions by rate, and whether a write is under way.</summary>
public sealed class QuoteClient : IDisposable
{
    private readonly QuoteFanout _fanout;
    private readonly IQuoteSink _sink;
    private int _writing;
    private int _wasPassedOver;

    internal QuoteClient(QuoteFanout fanout, IQuoteSink sink)
    {
        _fanout = fanout;
        _sink = sink;
    }

    /// <summary>By rate; guarded by the fan-out's membership lock.</summary>
    internal Dictionary<int, QuoteMember> ByRate { get; } = [];

    internal bool IsGone { get; set; }

    /// <param name="perSecond">Most quotes a second and symbol; 0 for every quote, in order.</param>
    public void Subscribe(IEnumerable<string> symbols, int perSecond) => _fanout.Subscribe(this, symbols, perSecond);

    public void Unsubscribe(IEnumerable<string> symbols) => _fanout.Unsubscribe(this, symbols);

    public void Dispose() => _fanout.Remove(this);

    /// <returns>False while the last write is under way; the end of that write then asks for another pass.</returns>
    internal bool TryBegin()
    {
        if (Interlocked.CompareExchange(ref _writing, 1, 0) == 0)
            return true;
        Volatile.Write(ref _wasPassedOver, 1);
        // The write may have ended between the two lines above, without seeing the flag.
        return Interlocked.CompareExchange(ref _writing, 1, 0) == 0;
    }

    /// <summary>Ends a turn in which there was nothing to write.</summary>
    internal void Yield() => End();

    internal void Send(QuoteFrame frame)
    {
        ValueTask write;
        try
        {
            write = _sink.WriteAsync(frame);
        }
        catch (Exception e)
        {
            _sink.Abort(e);
            return;
        }
        if (write.IsCompletedSuccessfully)
            End(frame);
        else
            _ = EndAsync(write, frame);
    }

    private async Task EndAsync(ValueTask write, QuoteFrame frame)
    {
        try
        {
            await write.ConfigureAwait(false);
            End(frame);
        }
        catch (Exception e)
        {
            // Stays "writing": nothing more is sent to it, and its owner removes it.
            _sink.Abort(e);
        }
    }

    private void End(QuoteFrame frame)
    {
        _fanout.Written(frame);
        End();
    }

    private void End()
    {
        Volatile.Write(ref _writing, 0);
        if (Interlocked.Exchange(ref _wasPassedOver, 0) == 1)
            _fanout.Wake();
    }
}

/// <summary>A client in a group: how far it has come.</summary>
internal sealed class QuoteMember(QuoteClient client, QuoteGroup group, long cursor)
{
    public QuoteClient Client => client;

    public QuoteGroup Group => group;

    /// <summary>Everything up to this sequence has been sent.</summary>
    public long Cursor { get; set; } = cursor;

    /// <summary>Quotes from before <see cref="Cursor"/> that a new subscriber gets at once.</summary>
    public List<QuoteLine>? First { get; set; }
}
