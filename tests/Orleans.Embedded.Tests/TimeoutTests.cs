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
}
