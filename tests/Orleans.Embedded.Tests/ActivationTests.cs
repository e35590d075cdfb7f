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

    [Fact]
    public async Task Calls_behind_the_end_of_an_activation_do_not_wait_for_what_it_disposes()
    {
        await using var host = await ScriptedHost.StartAsync();
        var (disposed, leaving, gate, calls) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource(), 0);
        host.Script.Dispose = () => new ValueTask(disposed.Task);
        host.Script.Call = (grain, _) =>
        {
            if (++calls > 1)
                return Task.CompletedTask;
            ((IGrainBase)grain).DeactivateOnIdle();
            leaving.SetResult();
            return gate.Task;
        };
        var (first, second) = (host.Grain().Run(), host.Grain().Run());
        await leaving.Task.WaitAsync(Patience);
        gate.SetResult();
        await first.WaitAsync(Patience);
        await second.WaitAsync(Patience);
        disposed.SetResult();
    }

    [Fact]
    public async Task A_call_that_has_timed_out_behind_the_end_of_an_activation_makes_no_other()
    {
        await using var host = await ScriptedHost.StartAsync();
        var (leaving, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        host.Script.Call = (grain, _) =>
        {
            ((IGrainBase)grain).DeactivateOnIdle();
            leaving.TrySetResult();
            return gate.Task;
        };
        var grain = host.Grain();
        var (first, second) = (grain.Run(), grain.Run());
        await leaving.Task.WaitAsync(Patience);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        // Both, before the gate opens: the first would be answered otherwise where its time is looked at after the second's.
        foreach (var call in (Task[])[first, second])
        {
            (await Should.ThrowAsync<TimeoutException>(call.WaitAsync(Patience))).Message.ShouldStartWith("No response");
        }

        var activation = host.ActivationOf(grain)!;
        gate.SetResult();
        await activation.Deactivated.WaitAsync(Patience);
        host.ActivationOf(grain).ShouldBeNull();
    }

    [Fact]
    public async Task A_grain_that_leaves_whenever_it_is_activated_fails_its_callers()
    {
        await using var host = await ScriptedHost.StartAsync();
        var activations = 0;
        host.Script.Activate = grain =>
        {
            activations++;
            ((IGrainBase)grain).DeactivateOnIdle();
            return Task.CompletedTask;
        };
        (await Should.ThrowAsync<OrleansMessageRejectionException>(host.Grain().Run().WaitAsync(Patience))).Message.ShouldContain("scripted/a");
        activations.ShouldBe(3);
    }

    [Fact]
    public async Task A_grain_that_leaves_once_while_it_is_activated_takes_its_callers_along()
    {
        await using var host = await ScriptedHost.StartAsync();
        var activations = 0;
        host.Script.Activate = grain =>
        {
            if (++activations == 1)
                ((IGrainBase)grain).DeactivateOnIdle();
            return Task.CompletedTask;
        };
        await host.Grain().Run().WaitAsync(Patience);
        activations.ShouldBe(2);
    }

    [Fact]
    public async Task What_an_activation_was_given_is_disposed_though_its_own_disposal_fails()
    {
        var disposed = new TaskCompletionSource();
        await using var host = await ScriptedHost.StartAsync(services: services => services.AddScoped(_ => new Held(disposed)));
        host.Script.Dispose = () => throw new IOException("cannot be disposed of");
        host.Script.Call = (grain, _) =>
        {
            grain.GrainContext.ActivationServices.GetRequiredService<Held>();
            ((IGrainBase)grain).DeactivateOnIdle();
            return Task.CompletedTask;
        };
        await host.Grain().Run();
        await disposed.Task.WaitAsync(Patience);
    }

    private sealed class Held(TaskCompletionSource disposed) : IDisposable
    {
        public void Dispose() => disposed.SetResult();
    }

    [Fact]
    public async Task A_stateless_worker_takes_no_calls_after_the_stop()
    {
        await using var host = await ScriptedHost.StartAsync();
        var worker = host.Client.GetGrain<IHelperGrain>("a");
        await worker.Help();
        await host.StopAsync();
        await Should.ThrowAsync<SiloUnavailableException>(worker.Help().WaitAsync(Patience));
    }

    [Fact]
    public async Task An_activation_is_not_collected_before_it_has_its_age()
    {
        await using var host = await ScriptedHost.StartAsync(options => options.CollectionAge = TimeSpan.FromMinutes(2));
        var grain = host.Grain();
        host.Clock.Advance(TimeSpan.FromSeconds(59));
        await grain.Run();
        var activation = host.ActivationOf(grain)!;
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        activation.HasEnded.ShouldBeFalse("it has been idle for a minute and a second");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await activation.Deactivated.WaitAsync(Patience);
    }
}

public interface IHelperGrain : IGrainWithStringKey
{
    Task Help();
}

[StatelessWorker]
public sealed class HelperGrain : Grain, IHelperGrain
{
    public Task Help() => Task.CompletedTask;
}
