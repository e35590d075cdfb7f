namespace ActorTrading.Mt5.Tests;

/// <summary>A client online at a scripted terminal, on a clock that the test moves.</summary>
internal sealed class ScriptedPair : IAsyncDisposable
{
    private ScriptedPair(ScriptedTerminal terminal, Mt5TerminalClient client, RecordedEvents events, ManualTime time) =>
        (Terminal, Client, Events, Time) = (terminal, client, events, time);

    public ScriptedTerminal Terminal { get; private set; }
    public Mt5TerminalClient Client { get; }
    public RecordedEvents Events { get; }
    public ManualTime Time { get; }

    public static async Task<ScriptedPair> Online(Func<Mt5TerminalOptions, Mt5TerminalOptions>? change = null, params string[] symbols)
    {
        var terminal = new ScriptedTerminal();
        var events = new RecordedEvents();
        var time = new ManualTime();
        var options = terminal.Options;
        var client = new Mt5TerminalClient(change?.Invoke(options) ?? options, events, time);
        if (symbols.Length > 0)
            await client.SubscribeQuotesAsync(symbols);
        client.Start();
        await terminal.Welcome(symbols);
        await client.WaitUntilOnlineAsync().OrHang();
        return new ScriptedPair(terminal, client, events, time);
    }

    /// <summary>Ends the terminal and, on the same ports, starts another.</summary>
    public async Task RestartTerminal()
    {
        var at = Terminal.Options;
        await Terminal.DisposeAsync();
        Terminal = new ScriptedTerminal(at);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Terminal.DisposeAsync();
    }
}
