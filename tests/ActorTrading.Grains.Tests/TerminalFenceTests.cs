using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>A terminal cannot tell a repeated order from a second one: whatever is late, repeated or no longer in charge must not reach it.</summary>
[Collection(nameof(Server))]
public sealed class TerminalFenceTests(Server server)
{
    [Fact]
    public async Task An_instruction_that_comes_again_late_is_not_sent_again()
    {
        await using var terminal = TestTerminal.Start(1);
        var seen = new SeenInstructions();
        await using var host = await TradingHost.StartAsync(server, services => services.AddSingleton<IIncomingGrainCallFilter>(seen));
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        var grain = host.Grains.GetGrain<ITerminalGrain>(account.GetPrimaryKey());

        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m))).Accepted.ShouldBeTrue();
        var instruction = seen.Instructions.ShouldHaveSingleItem();

        // In the same round, after the next comparison, and by a message that knows of no comparison of this activation.
        await grain.SubmitAsync(instruction);
        await grain.SyncAsync();
        await grain.SubmitAsync(instruction);
        await grain.SubmitAsync(instruction with { Session = new TerminalSession(Guid.NewGuid(), 1) });
        await grain.SyncAsync();

        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m))).Accepted.ShouldBeTrue();
        var orders = (await terminal.GetAuditAsync()).Where(a => a.ClientOrderId.Length > 0).ToList();
        orders.Select(o => o.ClientOrderId).ShouldBeUnique();
        orders.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_has_lost_the_terminal_sends_nothing_and_what_it_was_asked_is_done_once_by_who_has_it()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server);
        await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m))).Accepted.ShouldBeTrue();
        var before = await terminal.GetAuditAsync();

        // As an activation elsewhere would, which then is gone: the one here finds that the terminal is not its own, ends, and takes it anew.
        var fence = new TerminalFence(host.Database);
        var other = Guid.NewGuid();
        await fence.TakeAsync(account.GetPrimaryKey(), other, DateTimeOffset.UtcNow);
        var placed = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.20m));
        placed.Accepted.ShouldBeTrue(placed.Message);
        placed.Order!.Status.ShouldBe(OrderStatus.Filled);
        (await fence.IsHeldAsync(account.GetPrimaryKey(), other)).ShouldBeFalse("it was taken back before anything was sent");
        (await terminal.GetAuditAsync()).Count.ShouldBe(before.Count + 1);
    }

    /// <summary>What accounts have asked of terminals.</summary>
    private sealed class SeenInstructions : IIncomingGrainCallFilter
    {
        private readonly Lock _gate = new();
        private readonly List<TerminalInstruction> _instructions = [];

        public IReadOnlyList<TerminalInstruction> Instructions
        {
            get
            {
                lock (_gate)
                {
                    return [.. _instructions];
                }
            }
        }

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod.Name == nameof(ITerminalGrain.SubmitAsync))
            {
                lock (_gate)
                {
                    _instructions.Add((TerminalInstruction)context.Request.GetArgument(0)!);
                }
            }

            return context.Invoke();
        }
    }
}
