using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Tests;

/// <summary>A real client online at a real simulated terminal, over sockets. The market stands still but for what the test pushes.</summary>
internal sealed class SimulatedPair : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    public static readonly Instrument Eurusd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };
    public static readonly Instrument Usdjpy = InstrumentCatalog.Get("USDJPY") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0 };

    private int _quotes;

    private SimulatedPair(SimulatedTerminal terminal, ManualTime time, Mt5TerminalClient client, RecordedEvents events) =>
        (Terminal, Time, Client, Events) = (terminal, time, client, events);

    /// <summary>The terminal's clock; the client's is real, unless the test gives it one.</summary>
    public ManualTime Time { get; }

    public SimulatedTerminal Terminal { get; }
    public Mt5TerminalClient Client { get; }
    public RecordedEvents Events { get; }

    public static async Task<SimulatedPair> Online(Func<SimulatedTerminalOptions, SimulatedTerminalOptions>? change = null,
        Func<Mt5TerminalOptions, Mt5TerminalOptions>? client = null, IQuoteSource? source = null, TimeProvider? clientTime = null)
    {
        var options = new SimulatedTerminalOptions { PortBase = 0, Instruments = [Eurusd, Usdjpy] };
        var time = new ManualTime(Start);
        var terminal = new SimulatedTerminal(change?.Invoke(options) ?? options, source ?? new NoQuotes(), time);
        terminal.Start();
        var events = new RecordedEvents();
        var reach = terminal.ClientOptions with { QuietPeriod = TimeSpan.FromMilliseconds(5) };
        var mt5 = new Mt5TerminalClient(client?.Invoke(reach) ?? reach, events, clientTime);
        mt5.Start();
        await mt5.WaitUntilOnlineAsync().OrHang();
        return new SimulatedPair(terminal, time, mt5, events);
    }

    /// <summary>A quote, one second after the last.</summary>
    public Task Quote(string symbol, decimal bid, decimal ask) =>
        Terminal.PushQuote(new Quote(symbol, bid, ask, Start.AddSeconds(++_quotes))).OrHang();

    public async Task<TradeOutcome.Answered> Trade(TradeRequest request) =>
        (await Client.TradeAsync(request).OrHang()).ShouldBeOfType<TradeOutcome.Answered>();

    public async Task<SettledSnapshot> Settled()
    {
        var previous = await Client.GetSnapshotAsync().OrHang();
        while (true)
        {
            var current = await Client.GetSnapshotAsync().OrHang();
            if (SettledSnapshot.TryCreate(previous, current) is { } settled)
                return settled;
            previous = current;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Terminal.DisposeAsync();
    }
}
