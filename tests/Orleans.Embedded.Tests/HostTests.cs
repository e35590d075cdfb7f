using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Simulation;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded.Tests;

public interface IPingGrain : IGrainWithStringKey
{
    Task Ping();
}

public sealed class PingGrain : Grain, IPingGrain
{
    public Task Ping() => Task.CompletedTask;
}

public interface INeedyGrain : IGrainWithStringKey
{
    Task Ping();
}

public sealed class NeedyGrain(IFormatProvider missing) : Grain, INeedyGrain
{
    public Task Ping() => Task.FromResult(missing);
}

public interface IHomelessGrain : IGrainWithStringKey
{
    Task Ping();
}

public sealed class HomelessGrain([PersistentState("s", "nowhere")] IPersistentState<Deposits> state) : Grain, IHomelessGrain
{
    public Task Ping() => Task.FromResult(state);
}

public interface INobodyGrain : IGrainWithStringKey
{
    Task Ping();
}

/// <summary>Disposes what it was given, and itself.</summary>
public interface IScopedGrain : IGrainWithStringKey
{
    Task Leave();
}

public sealed class Scoped : IDisposable
{
    internal static TaskCompletionSource Disposed { get; set; } = new();

    public void Dispose() => Disposed.TrySetResult();
}

public sealed class ScopedGrain(Scoped scoped) : Grain, IScopedGrain
{
    public Task Leave()
    {
        GC.KeepAlive(scoped);
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

/// <summary>Limits, configuration, start and stop: what the embedded host does beyond what every host does.</summary>
public class HostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_full_queue_refuses_more_and_says_so()
    {
        await using var host = await TestHost.StartAsync(options =>
        {
            options.MaxQueuedRequests = 3;
            options.DeactivationTimeout = TimeSpan.FromMilliseconds(1);
        });
        var blocked = host.Client.GetGrain<IPatientGrain>("c");
        var calls = Enumerable.Range(0, 10).Select(_ => blocked.Wait()).ToList();
        var refused = calls.Where(call => call.IsFaulted).ToList();
        // One is running or about to, three wait.
        refused.Count.ShouldBeInRange(6, 7);
        (await Should.ThrowAsync<LimitExceededException>(refused[0])).Message.ShouldContain("patient/c has that many requests waiting");
    }

    [Fact]
    public async Task A_missing_service_or_storage_names_who_wants_it()
    {
        await using var host = await TestHost.StartAsync();
        (await Should.ThrowAsync<OrleansConfigurationException>(host.Client.GetGrain<INeedyGrain>("a").Ping))
            .Message.ShouldBe("Orleans.Embedded.Tests.NeedyGrain: no service of type System.IFormatProvider is registered for constructor parameter missing. Add it to the services.");
        (await Should.ThrowAsync<OrleansConfigurationException>(host.Client.GetGrain<IHomelessGrain>("a").Ping))
            .Message.ShouldBe("Orleans.Embedded.Tests.HomelessGrain wants storage 'nowhere', but there is none of that name. Known: Default.");
        Should.Throw<ArgumentException>(() => host.Client.GetGrain<INobodyGrain>("a")).Message.ShouldContain("INobodyGrain");
        Should.Throw<ArgumentException>(() => host.Client.GetGrain<IPingGrain>(" "));
        Should.Throw<KeyNotFoundException>(() => host.Client.GetStreamProvider("none")).Message.ShouldContain("'none'");
    }

    [Fact]
    public async Task Calls_before_the_start_and_after_the_stop_are_refused()
    {
        var services = new ServiceCollection();
        services.AddEmbeddedOrleans(options => options.AddGrainAssemblies(typeof(HostTests).Assembly).UseMemoryStorage());
        await using var provider = services.BuildServiceProvider();
        var grain = provider.GetRequiredService<IGrainFactory>().GetGrain<IPingGrain>("a");
        (await Should.ThrowAsync<SiloUnavailableException>(grain.Ping)).Message.ShouldContain("not been started");
        var hosted = provider.GetServices<IHostedService>().Single();
        await hosted.StartAsync(CancellationToken.None);
        await grain.Ping();
        await hosted.StopAsync(CancellationToken.None);
        (await Should.ThrowAsync<SiloUnavailableException>(grain.Ping)).Message.ShouldContain("stopping");
        await Should.ThrowAsync<InvalidOperationException>(() => hosted.StartAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Startup_tasks_and_lifecycle_participants_run_when_grains_can_be_called()
    {
        var seen = new List<string>();
        var host = await TestHost.StartAsync(services: services =>
        {
            services.AddStartupTask(async (provider, _) =>
            {
                await provider.GetRequiredService<IGrainFactory>().GetGrain<IPingGrain>("a").Ping();
                seen.Add("task");
            });
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new Participant(seen));
        });
        await host.DisposeAsync();
        seen.ShouldBe(["start", "task", "stop"]);
    }

    private sealed class Participant(List<string> seen) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(Participant), ServiceLifecycleStage.ApplicationServices,
            _ => Note("start"), _ => Note("stop"));

        private Task Note(string entry)
        {
            seen.Add(entry);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_grain_for_ever()
    {
        var host = await TestHost.StartAsync();
        _ = host.Client.GetGrain<IPatientGrain>("a").Wait();
        await host.Client.GetGrain<IPingGrain>("b").Ping();
        using var patience = new CancellationTokenSource();
        var stopping = host.Services.GetServices<IHostedService>().Single().StopAsync(patience.Token);
        await patience.CancelAsync();
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_an_activation_was_given_is_disposed_with_it()
    {
        Scoped.Disposed = new TaskCompletionSource();
        await using var host = await TestHost.StartAsync(services: services => services.AddScoped<Scoped>());
        await host.Client.GetGrain<IScopedGrain>("a").Leave();
        await Scoped.Disposed.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_subscriber_that_is_too_slow_loses_the_oldest_items_and_is_told()
    {
        await using var host = await TestHost.StartAsync(options =>
        {
            options.AddMemoryStreams("s");
            options.StreamQueueItems = 2;
        });
        var stream = host.Client.GetStreamProvider("s").GetStream<int>("numbers", "a");
        var (started, gate, done) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var seen = new List<string>();
        await stream.SubscribeAsync(
            async (item, _) =>
            {
                started.TrySetResult();
                await gate.Task;
                seen.Add($"{item}");
                if (item == 9)
                    done.SetResult();
            },
            error =>
            {
                seen.Add(error.Message);
                return Task.CompletedTask;
            });
        await stream.OnNextAsync(0);
        await started.Task.WaitAsync(Patience);
        for (var i = 1; i < 10; i++)
            await stream.OnNextAsync(i);
        gate.SetResult();
        await done.Task.WaitAsync(Patience);
        seen.ShouldBe(["0", "7 item(s) of stream numbers/a were dropped because the subscriber was too slow.", "8", "9"]);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        Should.Throw<OrleansConfigurationException>(() => new ServiceCollection().AddEmbeddedOrleans(o => o.ResponseTimeout = TimeSpan.Zero))
            .Message.ShouldBe("ResponseTimeout is 00:00:00. Expected a positive span of at most 49 days.");
        Should.Throw<OrleansConfigurationException>(() => new ServiceCollection().AddEmbeddedOrleans(o => o.MaxQueuedRequests = 0));
        Should.Throw<InvalidOperationException>(() => new ServiceCollection().AddEmbeddedOrleans().AddEmbeddedOrleans());
    }

    [Fact]
    public async Task A_failing_stream_subscriber_is_tried_again_and_then_told()
    {
        var clock = new SimulatedTimeProvider();
        await using var host = await TestHost.StartAsync(options => options.AddMemoryStreams("s"), services => services.AddSingleton<TimeProvider>(clock));
        var stream = host.Client.GetStreamProvider("s").GetStream<int>("numbers", "b");
        var (attempts, told, attempted) = (0, new TaskCompletionSource<Exception>(), new SemaphoreSlim(0));
        await stream.SubscribeAsync(
            (_, _) =>
            {
                attempts++;
                attempted.Release();
                throw new IOException("cannot take it");
            },
            error =>
            {
                told.SetResult(error);
                return Task.CompletedTask;
            });
        await stream.OnNextAsync(1);
        (await attempted.WaitAsync(Patience)).ShouldBeTrue();
        while (!told.Task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(told.Task, attempted.WaitAsync(TimeSpan.FromMilliseconds(20)));
        }

        (await told.Task).Message.ShouldBe("cannot take it");
        attempts.ShouldBeGreaterThan(1);
    }
}
