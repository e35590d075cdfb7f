using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded.Simulation;

/// <summary>
/// Runs grains in one thread, with a clock that stands still and an order of turns that follows from a seed, so that a
/// run can be repeated exactly. That holds as long as the code uses no other threads (Task.Run, ConfigureAwait(false),
/// sockets, files) and takes time and randomness from the services; <see cref="Strays"/> counts where it did not.
/// </summary>
public sealed class SimulationHost : IAsyncDisposable
{
    /// <summary>The longest trace that is kept; older entries are dropped.</summary>
    private const int TraceEntries = 1_000_000;

    private readonly SimulatedDispatcher _dispatcher;
    private readonly Context _context;
    private readonly ServiceProvider _services;
    private readonly GrainHost _host;
    private readonly Queue<string> _trace = new();

    private SimulationHost(int seed, Action<EmbeddedOrleansOptions> configure, Action<IServiceCollection>? services)
    {
        Seed = seed;
#pragma warning disable RS0030 // The one place where a simulation's dice are made, from its seed.
        var random = new Random(seed);
#pragma warning restore RS0030
        _dispatcher = new SimulatedDispatcher(random) { Running = Note };
        _context = new Context(_dispatcher);
        Faults = new SimulatedFaults(random, Clock);
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock).AddSingleton(random).AddSingleton<Dispatcher>(_dispatcher).AddSingleton(Faults);
        services?.Invoke(collection);
        collection.AddEmbeddedOrleans(options =>
        {
            configure(options);
            options.CallInterceptor = Faults.Intercept;
        });
        _services = collection.BuildServiceProvider();
        _host = _services.GetRequiredService<GrainHost>();
    }

    /// <summary>What decides the order of turns and every random fault.</summary>
    public int Seed { get; }

    public SimulatedTimeProvider Clock { get; } = new();

    /// <summary>What goes wrong.</summary>
    public SimulatedFaults Faults { get; }

    public IClusterClient Client => _host.Factory;

    public IServiceProvider Services => _services;

    /// <summary>How often work came from another thread. Not zero: the run may not repeat.</summary>
    public int Strays => _dispatcher.Strays;

    /// <summary>What ran, in order.</summary>
    public IReadOnlyCollection<string> Trace => _trace;

    /// <summary>How far <see cref="Run{T}"/> moves the clock at most while it waits.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Steps that one <see cref="Run{T}"/> may take: more of them are work that feeds itself and never ends.</summary>
    public long StepsMax { get; set; } = 20_000_000;

    /// <summary>A started host. The services can take the seed's <see cref="Random"/>.</summary>
    public static SimulationHost Start(int seed, Action<EmbeddedOrleansOptions> configure, Action<IServiceCollection>? services = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var host = new SimulationHost(seed, configure, services);
        host.Run(async () =>
        {
            foreach (var service in host._services.GetServices<IHostedService>())
                await service.StartAsync(CancellationToken.None);
        });
        return host;
    }

    /// <summary>
    /// Runs code outside of grains until it completes, with everything it sets in motion. When nothing else can run the
    /// clock moves on to the next timer, up to <see cref="Patience"/>.
    /// </summary>
    public T Run<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var task = Begin(work);
        var deadline = Clock.Elapsed + Patience;
        var steps = 0L;
        while (!task.IsCompleted)
        {
            if (Step())
            {
                if (++steps > StepsMax)
                    throw new InvalidOperationException($"Seed {Seed}: the work has not completed after {StepsMax} steps. Last: {string.Join("; ", _trace.TakeLast(20))}. Waiting: {Waiting()}");
                continue;
            }

            if (Clock.UntilNextTimer is not { } wait || Clock.Elapsed + wait > deadline)
                throw new InvalidOperationException($"Seed {Seed}: nothing can run any more and the work has not completed. Waiting: {Waiting()}");
            Clock.Advance(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }

        return task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Func<Task> work) => Run(async () =>
    {
        await work();
        return true;
    });

    /// <summary>Begins code outside of grains without waiting for it; it goes on in later steps.</summary>
    public Task<T> Begin<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs what can run without the clock moving.</summary>
    public void RunUntilIdle()
    {
        while (Step())
        {
        }
    }

    /// <summary>Moves the clock, stopping at each timer on the way to run what it sets in motion.</summary>
    public void AdvanceTime(TimeSpan span)
    {
        var target = Clock.Elapsed + span;
        RunUntilIdle();
        while (Clock.UntilNextTimer is { } wait && Clock.Elapsed + wait <= target)
        {
            Clock.Advance(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            RunUntilIdle();
        }

        Clock.Advance(target - Clock.Elapsed);
        RunUntilIdle();
    }

    /// <summary>
    /// Ends an activation as a crash would: no OnDeactivateAsync, its code does not go on, its callers get
    /// <see cref="SiloUnavailableException"/>. False when the grain has no activation.
    /// </summary>
    public bool Kill(GrainId grain)
    {
        if (_host.Directory.Find(grain) is not { } activation)
            return false;
        Note($"kill {grain}");
        activation.Kill();
        return true;
    }

    /// <summary>
    /// Stops the host and disposes its services. What waits for a turn or a timer while it is disposed gets it: nobody else would
    /// step the simulation any more. Cancelling may go through the thread pool, so here real time may pass, up to ten seconds.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        Faults.None();
        Run(async () =>
        {
            foreach (var service in _services.GetServices<IHostedService>().Reverse())
                await service.StopAsync(CancellationToken.None);
        });
        var disposing = Begin(async () =>
        {
            await _services.DisposeAsync();
            return true;
        });
        var began = TimeProvider.System.GetTimestamp();
        while (!disposing.IsCompleted)
        {
            if (_dispatcher.RunOne())
                continue;
            if (disposing.Wait(TimeSpan.FromMilliseconds(1)))
                break;
            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(10))
                throw new InvalidOperationException($"Seed {Seed}: a service does not end. Waiting: {Waiting()}");
        }

        disposing.GetAwaiter().GetResult();
        return ValueTask.CompletedTask;
    }

    private bool Step()
    {
        if (Faults.ShouldKill() && _host.Directory.All.OfType<Activation>().ToArray() is { Length: > 0 } all)
            Kill(Faults.Choose(all).GrainId);
        return _dispatcher.RunOne();
    }

    private void Note(string entry)
    {
        if (_trace.Count == TraceEntries)
            _trace.Dequeue();
        _trace.Enqueue(entry);
    }

    private string Waiting()
    {
        var calls = new List<Call>();
        foreach (var mailbox in _host.Mailboxes)
            mailbox.CollectUnanswered(calls);
        return calls.Count == 0 ? "no call" : string.Join("; ", calls.Take(20));
    }

    /// <summary>Brings continuations of code outside of grains back into the simulation.</summary>
    private sealed class Context(SimulatedDispatcher dispatcher) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => dispatcher.Add("client", () =>
        {
            SetSynchronizationContext(this);
            d(state);
        });

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
