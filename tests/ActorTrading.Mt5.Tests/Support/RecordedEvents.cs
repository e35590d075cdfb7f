using System.Threading.Channels;
using ActorTrading.Domain;

namespace ActorTrading.Mt5.Tests;

/// <summary>Keeps what a terminal tells, each kind in its order, to be awaited.</summary>
internal sealed class RecordedEvents : ITerminalEvents
{
    public Recording<Quote> Quotes { get; } = new();
    public Recording<TerminalBar> Bars { get; } = new();
    public Recording<TerminalTradeEvent> Trades { get; } = new();
    public Recording<(TradeRequest Request, TradeOutcome.Answered Answer)> LateAnswers { get; } = new();
    public Recording<(TerminalConnectionState State, string Reason)> States { get; } = new();
    public Recording<bool> BrokerLinks { get; } = new();
    public Recording<ProtocolFault> Faults { get; } = new();

    public void OnQuote(in Quote quote) => Quotes.Add(quote);
    public void OnBar(in TerminalBar bar) => Bars.Add(bar);
    public void OnTradeExecuted(TerminalTradeEvent trade) => Trades.Add(trade);
    public void OnLateTradeAnswer(TradeRequest request, TradeOutcome.Answered answer) => LateAnswers.Add((request, answer));
    public void OnConnectionChanged(TerminalConnectionState state, string reason) => States.Add((state, reason));
    public void OnBrokerLink(bool connected) => BrokerLinks.Add(connected);
    public void OnProtocolFault(ProtocolFault fault) => Faults.Add(fault);

    /// <summary>Waits for this state with a reason that contains a text; what comes before is passed over.</summary>
    public Task<string> Until(TerminalConnectionState state, string text = "")
    {
        return Wait().OrHang();

        async Task<string> Wait()
        {
            while (true)
            {
                var (seen, reason) = await States.Next();
                if (seen == state && reason.Contains(text, StringComparison.Ordinal))
                    return reason;
            }
        }
    }
}

internal sealed class Recording<T>
{
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>();

    public void Add(T item) => _items.Writer.TryWrite(item);

    public Task<T> Next() => _items.Reader.ReadAsync().AsTask().OrHang();

    /// <summary>What has come and was not taken yet.</summary>
    public List<T> Drain()
    {
        var all = new List<T>();
        while (_items.Reader.TryRead(out var item))
            all.Add(item);
        return all;
    }
}
