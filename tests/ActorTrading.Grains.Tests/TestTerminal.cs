using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;

namespace ActorTrading.Grains.Tests;

/// <summary>Simulated terminals that quote EURUSD at 1.10000/1.10002 at first, without commission, and accounts there.</summary>
internal static class TestTerminal
{
    public static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always, CommissionPerLot = 0m };

    public static SimulatedTerminal Start(long login, Func<SimulatedTerminalOptions, SimulatedTerminalOptions>? change = null)
    {
        var options = new SimulatedTerminalOptions { Login = login, Instruments = [EurUsd], PortBase = TestPorts.Next() };
        var terminal = new SimulatedTerminal(change?.Invoke(options) ?? options, new NoQuotes());
        terminal.Start();
        _ = terminal.QuoteAsync(1.10000m);
        return terminal;
    }

    /// <summary>A quote of EURUSD of now, with a spread of 2 points.</summary>
    public static Task QuoteAsync(this SimulatedTerminal terminal, decimal bid) =>
        terminal.PushQuote(new Quote("EURUSD", bid, bid + 0.00002m, DateTimeOffset.UtcNow));

    /// <summary>An account that has compared its books with the terminal.</summary>
    public static async Task<IAccountGrain> AccountAsync(TradingHost host, Guid user, SimulatedTerminal terminal, PositionMode mode = PositionMode.Hedging)
    {
        var id = TradingHost.NewId();
        await host.AccountRowAsync(id, user, "mt5", mode, terminal.ClientOptions.RequestPort);
        var account = host.Grains.GetGrain<IAccountGrain>(id);
        await account.OpenAsync(new OpenAccount(user, "T", AccountKind.Mt5, mode, "USD", 100, 0m, null, DateTimeOffset.UtcNow));
        await host.Grains.GetGrain<ITerminalGrain>(id).WakeAsync();
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.IsReconciled, "the first comparison");
        return account;
    }
}
