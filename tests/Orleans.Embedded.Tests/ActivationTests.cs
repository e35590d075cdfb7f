using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>How activations begin and end when something in them does not.</summary>
public class ActivationTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;

    [Fact]
    public async Task An_activation_that_does_not_end_is_given_up_and_the_next_call_makes_another()
    {
        await using var host = await ScriptedHost.StartAsync(options => options.ResponseTimeout = TimeSpan.FromHours(1));
        var (activations, activating) = (0, new TaskCompletionSource());
        host.Script.Activate = _ =>
        {
            if (++activations > 1)
                return Task.CompletedTask;
            activating.SetResult();
            return new TaskCompletionSource().Task;
        };
        var grain = host.Grain();
        var first = grain.Run();
        await activating.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        (await Should.ThrowAsync<TimeoutException>(first.WaitAsync(Patience))).Message.ShouldBe("Activating scripted/a took longer than 00:00:30.");
        await grain.Run().WaitAsync(Patience);
        activations.ShouldBe(2);
    }
}
