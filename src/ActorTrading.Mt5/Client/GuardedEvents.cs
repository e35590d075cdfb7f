using ActorTrading.Domain;

namespace ActorTrading.Mt5.Client;

/// <summary>Calls the handler so that what it throws cannot end the terminal's thread.</summary>
internal sealed class GuardedEvents(ITerminalEvents inner)
{
    public void Quote(in Quote quote)
    {
        try { inner.OnQuote(quote); }
        catch (Exception e) { Failed(nameof(inner.OnQuote), e); }
    }

    public void Bar(in TerminalBar bar)
    {
        try { inner.OnBar(bar); }
        catch (Exception e) { Failed(nameof(inner.OnBar), e); }
    }

    public void TradeExecuted(TerminalTradeEvent trade) => Guard(nameof(inner.OnTradeExecuted), () => inner.OnTradeExecuted(trade));

    public void LateTradeAnswer(TradeRequest request, TradeOutcome.Answered answer) =>
        Guard(nameof(inner.OnLateTradeAnswer), () => inner.OnLateTradeAnswer(request, answer));

    public void ConnectionChanged(TerminalConnectionState state, string reason) =>
        Guard(nameof(inner.OnConnectionChanged), () => inner.OnConnectionChanged(state, reason));

    public void BrokerLink(bool connected) => Guard(nameof(inner.OnBrokerLink), () => inner.OnBrokerLink(connected));

    public void Fault(ProtocolFaultKind kind, string where, string description, ReadOnlySpan<byte> frame)
    {
        var fault = new ProtocolFault(kind, where, description, Wire.WireText.Excerpt(frame));
        try { inner.OnProtocolFault(fault); }
        catch (Exception) { } // a handler that fails at telling its own failure has nobody left to tell
    }

    private void Guard(string where, Action call)
    {
        try { call(); }
        catch (Exception e) { Failed(where, e); }
    }

    private void Failed(string where, Exception e) =>
        Fault(ProtocolFaultKind.HandlerFailed, where, $"{e.GetType().Name}: {e.Message}", default);
}
