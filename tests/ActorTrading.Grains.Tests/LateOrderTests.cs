using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Grains.Tests;

/// <summary>Orders that are not to be done after some time, and come later than that.</summary>
[Collection(nameof(Server))]
public sealed class LateOrderTests(Server server)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly JumpingClock _clock = new();

    [Fact]
    public async Task One_that_has_waited_behind_others_at_its_account_is_refused_and_leaves_nothing()
    {
        HookedWriter writer = null!;
        await using var host = await HostAsync(w => writer = w);
        var account = await host.PaperAccountAsync(await host.UserAsync());
        await host.QuoteAsync("EURUSD", 1.1m, 1.1001m);

        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        writer.Before = () =>
        {
            reached.TrySetResult();
            return open.Task;
        };
        var first = account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        await reached.Task;
        var late = TradingHost.Buy("EURUSD", 0.20m) with { NotAfter = _clock.GetUtcNow() + Minute };
        var second = account.PlaceAsync(late);
        _clock.JumpTo(_clock.GetUtcNow() + 2 * Minute);
        open.SetResult();
        (await first).Accepted.ShouldBeTrue();
        var refused = await second;
        (refused.Accepted, refused.Code, refused.Order).ShouldBe((false, "BROKER_UNAVAILABLE", null));
        refused.Message.ShouldContain("at the latest");
        (await account.GetStateAsync()).Positions.Values.ShouldHaveSingleItem().Volume.ShouldBe(0.10m);

        // What was done in time is answered with, also later.
        var inTime = TradingHost.Buy("EURUSD", 0.30m) with { NotAfter = _clock.GetUtcNow() + Minute };
        await host.QuoteAsync("EURUSD", 1.1m, 1.1001m);
        var done = await account.PlaceAsync(inTime);
        done.Accepted.ShouldBeTrue(done.Message);
        _clock.JumpTo(_clock.GetUtcNow() + 2 * Minute);
        (await account.PlaceAsync(inTime)).Order!.Id.ShouldBe(inTime.OrderId);
    }

    [Fact]
    public async Task One_whose_time_passes_between_its_account_and_its_terminal_is_not_sent()
    {
        await using var terminal = TestTerminal.Start(1);
        HookedWriter writer = null!;
        await using var host = await HostAsync(w => writer = w);
        var account = await TestTerminal.AccountAsync(host, await host.UserAsync(), terminal, PositionMode.Hedging);
        writer.After = append =>
        {
            if (append.Entries.Any(entry => entry.Event is OrderSubmitted { Order.NotAfter: not null }))
            {
                _clock.JumpTo(_clock.GetUtcNow() + Minute);
            }
        };
        var late = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m) with { NotAfter = _clock.GetUtcNow() + Minute / 2 });
        (late.Accepted, late.Code, late.Order!.Status).ShouldBe((false, "BROKER_UNAVAILABLE", OrderStatus.Rejected));
        (await terminal.GetAuditAsync()).ShouldBeEmpty();
        var never = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m) with { NotAfter = _clock.GetUtcNow() - Minute });
        (never.Accepted, never.Code, never.Order).ShouldBe((false, "BROKER_UNAVAILABLE", null));
        writer.After = null;
        (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m) with { NotAfter = _clock.GetUtcNow() + Minute })).Accepted.ShouldBeTrue();
    }

    private Task<TradingHost> HostAsync(Action<HookedWriter> made) => TradingHost.StartAsync(server, services => services
        .AddSingleton<TimeProvider>(_clock)
        .AddSingleton<ILedgerWriter>(p =>
        {
            var writer = new HookedWriter(p.GetRequiredService<LedgerWriter>());
            made(writer);
            return writer;
        }));

    private sealed class HookedWriter(ILedgerWriter writer) : ILedgerWriter
    {
        public Func<Task>? Before { get; set; }

        public Action<LedgerAppend>? After { get; set; }

        public async Task<AppendResult> AppendAsync(LedgerAppend append, CancellationToken cancellation = default)
        {
            await (Before?.Invoke() ?? Task.CompletedTask);
            var result = await writer.AppendAsync(append, cancellation);
            After?.Invoke(append);
            return result;
        }
    }
}
