using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Mt5.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>Trailing stops of an account at a simulated terminal, over real sockets.</summary>
[Collection(nameof(Server))]
public sealed class TerminalTrailingStoryTests(Server server)
{
    private static readonly Action<IServiceCollection> Fast = services => services.AddSingleton(TerminalSettings.Default with { PriceEvery = TimeSpan.Zero });

    [Fact]
    public async Task A_trailing_stop_follows_the_terminals_own_price_over_a_restart_and_never_goes_back()
    {
        await using var terminal = TestTerminal.Start(1);
        var host = await TradingHost.StartAsync(server, Fast);
        try
        {
            // Everybody else sees another price: the account's is its terminal's.
            await host.QuoteAsync("EURUSD", 1.50000m, 1.50002m);
            var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
            var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m, 1.09500m, 1.20000m) with { TrailingPoints = 100 });
            opened.Accepted.ShouldBeTrue(opened.Message);
            await MovedAsync(account, terminal, 1.10300m, 1.10200m);
            await terminal.QuoteAsync(1.10250m);
            await MovedAsync(account, terminal, 1.10400m, 1.10300m);

            host = await host.RestartAsync();
            account = host.Grains.GetGrain<IAccountGrain>(account.GetPrimaryKey());
            await host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey()).WakeAsync();
            await MovedAsync(account, terminal, 1.10500m, 1.10400m);

            // Down to the stop: the terminal's server closes it there.
            await terminal.QuoteAsync(1.10390m);
            await TradingHost.UntilAsync(account.GetStateAsync, s => s.Positions.IsEmpty, "the stop");
            var stops = (await terminal.GetAuditAsync()).Where(a => a.Request.Contains("POSITION_MODIFY", StringComparison.Ordinal) && a.Retcode == Retcode.Done).ToList();
            stops.Count.ShouldBeGreaterThanOrEqualTo(3);
            var entries = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).ToList();
            var moves = entries.OfType<PositionModified>().ToList();
            moves.ShouldAllBe(m => m.Reason == DealReason.TrailingStop && m.TakeProfit == 1.20000m && m.TrailingPoints == 100);
            moves.Select(m => m.StopLoss).ShouldBeInOrder();
            entries.OfType<DealExecuted>().Last().Deal.Reason.ShouldBe(DealReason.StopLoss);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_stop_set_tighter_by_hand_is_not_loosened_and_a_take_profit_set_by_hand_stays()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server, Fast);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m, 1.09500m, 1.20000m) with { TrailingPoints = 500 });
        await terminal.QuoteAsync(1.10600m);
        var ticket = opened.Order!.BrokerTicket!.Value;

        // By hand and at once a price that makes the stop follow: the ledger still has the old levels.
        await terminal.TradeByHand(TradeRequest.ModifyPosition("hand", ticket, 1.10500m, 1.30000m));
        await terminal.QuoteAsync(1.10700m);
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Requests.IsEmpty && s.Positions.Values.Single() is { StopLoss: 1.10500m, TakeProfit: 1.30000m, TrailingPoints: 500 }, "the levels set by hand");

        await MovedAsync(account, terminal, 1.11100m, 1.10600m);
        (await terminal.GetAccountAsync()).Positions.Values.Single().TakeProfit.ShouldBe(1.30000m);
        decimal last = 0m;
        foreach (var stop in (await terminal.GetAuditAsync()).Where(a => a.Retcode == Retcode.Done && a.Request.StartsWith("POSITION_MODIFY", StringComparison.Ordinal)).Select(StopOf))
        {
            stop.ShouldBeGreaterThanOrEqualTo(last);
            last = stop;
        }
    }

    [Fact]
    public async Task A_broker_that_refuses_the_stops_is_asked_ever_more_rarely()
    {
        // The broker wants more room than its specification here says.
        await using var terminal = TestTerminal.Start(1, o => o with { Instruments = [TestTerminal.EurUsd with { StopsLevelPoints = 400 }] });
        await using var host = await TradingHost.StartAsync(server, Fast);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal);
        await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m) with { TrailingPoints = 100 });
        var bid = 1.10300m;
        await TradingHost.UntilAsync(async () =>
        {
            await terminal.QuoteAsync(bid += 0.00001m);
            return (await terminal.GetAuditAsync()).Count(x => x.Retcode == Retcode.InvalidStops);
        }, refusals => refusals > 0, "a refusal");
        const int Quotes = 200;
        for (var i = 0; i < Quotes; i++)
        {
            await terminal.QuoteAsync(bid += 0.00010m);
        }

        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Requests.IsEmpty, "its outcome");
        (await terminal.GetAuditAsync()).Count(a => a.Retcode == Retcode.InvalidStops).ShouldBeLessThan(Quotes / 10);
        (await account.GetStateAsync()).Positions.Values.Single().StopLoss.ShouldBeNull();
    }

    /// <summary>Quotes until the terminal and the ledger have the stop: a price may come before the terminal knows what to watch.</summary>
    private static Task<AccountState> MovedAsync(IAccountGrain account, SimulatedTerminal terminal, decimal bid, decimal stop) =>
        TradingHost.UntilAsync(async () =>
        {
            await terminal.QuoteAsync(bid);
            return await account.GetStateAsync();
        }, s => s.Requests.IsEmpty && s.Positions.Values.Single().StopLoss == stop, $"the stop at {stop}");

    private static decimal StopOf(AuditRecord audit) =>
        decimal.Parse(audit.Request.Split(' ').Single(p => p.StartsWith("sl=", StringComparison.Ordinal))[3..], System.Globalization.CultureInfo.InvariantCulture);
}
