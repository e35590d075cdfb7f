using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>What a full queue does to those who cannot ask again.</summary>
public class QueueTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;

    [Fact]
    public async Task A_timer_whose_tick_finds_a_full_queue_goes_on()
    {
        await using var host = await ScriptedHost.StartAsync(options => options.MaxQueuedRequests = 1);
        var (entered, gate, ticked) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        host.Script.Call = (grain, _) =>
        {
            grain.RegisterGrainTimer(
                () =>
                {
                    ticked.TrySetResult();
                    return Task.CompletedTask;
                },
                new GrainTimerCreationOptions(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
            host.Script.Call = (_, _) => Task.CompletedTask;
            entered.SetResult();
            return gate.Task;
        };
        var running = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        var waiting = host.Grain().Run();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        gate.SetResult();
        await Task.WhenAll(running, waiting).WaitAsync(Patience);
        await ticked.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_one_way_call_that_is_refused_is_logged()
    {
        await using var host = await ScriptedHost.StartAsync(options => options.MaxQueuedRequests = 1);
        var (entered, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        host.Script.Call = (_, _) =>
        {
            entered.TrySetResult();
            return gate.Task;
        };
        var running = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        await host.Grain().Tell();
        await host.Grain().Tell();
        (await host.Logged.EntryAsync("has that many requests waiting")).ShouldContain("One-way call IScriptedGrain.Tell of scripted/a failed");
        gate.SetResult();
        await running;
    }
}
