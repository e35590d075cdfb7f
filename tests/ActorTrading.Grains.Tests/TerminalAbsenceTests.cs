using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Grains.Tests;

[Collection(nameof(Server))]
public sealed class TerminalAbsenceTests(Server server)
{
    [Fact]
    public async Task An_account_says_why_its_terminal_was_never_reached_and_no_more_when_it_is_there()
    {
        var port = TestPorts.Next();
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton(TerminalSettings.Default with { ReasonEvery = TimeSpan.Zero }));
        var (id, user) = (TradingHost.NewId(), await host.UserAsync());
        await host.AccountRowAsync(id, user, "mt5", PositionMode.Hedging, port);
        var account = host.Grains.GetGrain<IAccountGrain>(id);
        await account.OpenAsync(new OpenAccount(user, "T", AccountKind.Mt5, PositionMode.Hedging, "USD", 100, 0m, null, DateTimeOffset.UtcNow));
        await host.Grains.GetGrain<ITerminalGrain>(id).WakeAsync();

        var absent = await TradingHost.UntilAsync(account.GetStatusAsync, s => s.Reason?.StartsWith("nothing answers", StringComparison.Ordinal) == true, "the reason");
        absent.Status.ShouldBe("connecting");

        await using var terminal = TestTerminal.Start(1, o => o with { PortBase = port });
        var there = await TradingHost.UntilAsync(account.GetStatusAsync, s => s.Status == "connected", "the terminal");
        there.Reason.ShouldBeNull();
    }
}
