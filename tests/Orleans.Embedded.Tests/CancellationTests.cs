using System.Runtime.CompilerServices;

namespace Orleans.Embedded.Tests;

/// <summary>What becomes of cancellation tokens.</summary>
public class CancellationTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;

    [Fact]
    public async Task A_call_that_has_failed_leaves_nothing_behind_on_its_callers_token()
    {
        await using var host = await ScriptedHost.StartAsync();
        host.Script.Activate = _ => throw new IOException("not today");
        using var lasting = new CancellationTokenSource();
        var reference = await FailingCallAsync(host, lasting.Token);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        reference.IsAlive.ShouldBeFalse("the caller's token still holds the call");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> FailingCallAsync(ScriptedHost host, CancellationToken cancellationToken)
    {
        var grain = host.Grain();
        await Should.ThrowAsync<IOException>(grain.RunUntil(cancellationToken).WaitAsync(Patience));
        return new WeakReference(grain);
    }

    [Fact]
    public async Task A_callback_of_the_grains_token_that_fails_is_logged()
    {
        await using var host = await ScriptedHost.StartAsync();
        var (entered, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        host.Script.Call = (_, token) =>
        {
            token.Register(() => throw new IOException("cannot be called back"));
            entered.SetResult();
            return gate.Task;
        };
        using var cancel = new CancellationTokenSource();
        var call = host.Grain().RunUntil(cancel.Token);
        await entered.Task.WaitAsync(Patience);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        (await host.Logged.EntryAsync("cannot be called back")).ShouldContain("scripted/a");
        gate.SetResult();
    }

    [Fact]
    public async Task A_timer_that_is_disposed_leaves_nothing_behind_in_its_activation()
    {
        await using var host = await ScriptedHost.StartAsync();
        var token = await TimerAsync(host);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        token.IsAlive.ShouldBeFalse("the activation still holds the timer's token");
        await host.Grain().Run();
    }

    /// <summary>What the token of a timer holds, when the timer has ticked and was disposed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> TimerAsync(ScriptedHost host)
    {
        var ticked = new TaskCompletionSource<WeakReference>(TaskCreationOptions.RunContinuationsAsynchronously);
        Runtime.IGrainTimer? timer = null;
        host.Script.Call = (grain, _) =>
        {
            timer = grain.RegisterGrainTimer(
                token =>
                {
                    ticked.TrySetResult(new WeakReference(token.WaitHandle));
                    return Task.CompletedTask;
                },
                new Runtime.GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
            return Task.CompletedTask;
        };
        await host.Grain().Run();
        host.Clock.Advance(TimeSpan.Zero);
        var held = await ticked.Task.WaitAsync(Patience);
        host.Script.Call = (_, _) =>
        {
            timer!.Dispose();
            return Task.CompletedTask;
        };
        await host.Grain().Run();
        host.Script.Call = (_, _) => Task.CompletedTask;
        return held;
    }
}
