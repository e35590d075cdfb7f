using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>Callers are answered, whatever the grain does.</summary>
public class TimeoutTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;

    [Fact]
    public async Task A_call_that_blocks_its_thread_times_out_too()
    {
        await using var host = await ScriptedHost.StartAsync();
        var entered = new TaskCompletionSource();
        using var gate = new ManualResetEventSlim();
        host.Script.Call = (_, _) =>
        {
            entered.SetResult();
            gate.Wait();
            return Task.CompletedTask;
        };
        var call = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        try
        {
            (await Should.ThrowAsync<TimeoutException>(call.WaitAsync(Patience))).Message.ShouldStartWith("No response from scripted/a");
        }
        finally
        {
            gate.Set();
        }
    }

    [Fact]
    public async Task A_call_that_has_ended_is_answered_though_the_next_one_blocks_its_thread()
    {
        await using var host = await ScriptedHost.StartAsync();
        var (entered, blocked, calls) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        host.Script.Call = (_, _) =>
        {
            var number = ++calls;
            (number == 1 ? entered : blocked).SetResult();
            (number == 1 ? first : second).Wait();
            return Task.CompletedTask;
        };
        var ended = host.Grain().Run();
        await entered.Task.WaitAsync(Patience);
        var blocking = host.Grain().Run();
        first.Set();
        await blocked.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        try
        {
            await ended.WaitAsync(Patience);
        }
        finally
        {
            second.Set();
        }

        await blocking.WaitAsync(Patience);
    }
}
