using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>What an account gathers for a terminal that is away.</summary>
[Collection(nameof(Server))]
public sealed class TerminalWaitingTests(Server server)
{
    [Fact]
    public async Task While_its_terminal_is_away_an_account_takes_only_so_many_orders_and_a_copy_is_decided_with_the_reason()
    {
        var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton(TerminalSettings.Default with
        {
            Limits = new TerminalLimits { OpeningsWaitingMax = 2 },
        }));
        var user = await host.UserAsync();
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var leader = await host.PaperAccountAsync(user, 100_000m);
        var account = await TestTerminal.AccountAsync(host, user, terminal);
        await host.PublishAsync(leader.GetPrimaryKey(), user);
        var link = await host.LinkAsync(user, new LinkSettings
        {
            LeaderAccountId = leader.GetPrimaryKey(), FollowerAccountId = account.GetPrimaryKey(), Sizing = new SizingSettings { Mode = SizingMode.None },
        });
        var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        opened.Accepted.ShouldBeTrue(opened.Message);
        await terminal.DisposeAsync();

        // Their callers are answered when the outcome has been waited for long enough.
        Task<TradeResult>[] waiting = [account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m)), account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m))];
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.Count == 2, "both orders");
        var refused = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.30m));
        (refused.Accepted, refused.Retcode, refused.Code, refused.Order).ShouldBe((false, Retcode.LimitOrders, "TOO_MANY_ORDERS", null));

        (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.40m))).Accepted.ShouldBeTrue();
        (await leader.PlaceAsync(TradingHost.Buy("EURUSD", 0.50m))).Accepted.ShouldBeTrue();
        await host.Grains.GetGrain<ILeaderGrain>(leader.GetPrimaryKey()).WaitDecidedAsync((await leader.GetStateAsync()).Seq);
        var decided = (await host.Ledger.ReadAsync(account.GetPrimaryKey(), 0)).Select(e => e.Event).OfType<CopyDecided>().Where(d => d.LinkId == link).ToList();
        decided.Select(d => (d.Outcome, d.Reason, d.OrderIds.Count)).ShouldBe([(CopyOutcome.Failed, "TOO_MANY_ORDERS", 0), (CopyOutcome.Failed, "TOO_MANY_ORDERS", 0)]);

        var close = account.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value));
        await TradingHost.UntilAsync(account.GetStateAsync, s => s.Orders.Values.Any(o => o.ClosesPositionId == opened.PositionId), "the close");
        waiting.ShouldAllBe(w => !w.IsCompleted || w.Result.Accepted);
        _ = close;
    }
}
