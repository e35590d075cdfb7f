using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Embedded.Engine.Streams;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>Runs the grains of this process: ties the parts together, starts and stops them.</summary>
internal sealed class GrainHost : IHostedLifecycleService
{
    private readonly HostLifecycle _lifecycle = new();
    private readonly IStartupTask[] _startupTasks;
    private volatile State _state = State.Created;

    internal GrainHost(IServiceProvider services, EmbeddedOrleansOptions settings, Dispatcher dispatcher)
    {
        Services = services;
        Settings = settings;
        Dispatcher = dispatcher;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Log = new HostLog(services.GetRequiredService<ILoggerFactory>().CreateLogger("Orleans.Embedded"));
        Registry = new GrainRegistry(settings.EffectiveAssemblies());
        Metrics = new HostMetrics(Registry);
        Factory = new GrainFactory(this);
        Directory = new GrainDirectory(this);
        Observers = new ObserverTable(this);
        Collector = new IdleCollector(this);
        Sweeper = new TimeoutSweeper(this);
        Filters = new CallFilters(
            [.. services.GetServices<IIncomingGrainCallFilter>()], [.. services.GetServices<IOutgoingGrainCallFilter>()]);
        States = new StateFactory(this);
        Reminders = new ReminderService(this);
        Streams = new StreamHub(this);
        _startupTasks = [.. services.GetServices<IStartupTask>()];
    }

    private enum State
    {
        Created,
        Active,
        Stopping,
        Stopped,
    }

    internal IServiceProvider Services { get; }

    internal EmbeddedOrleansOptions Settings { get; }

    internal Dispatcher Dispatcher { get; }

    internal TimeProvider Time { get; }

    internal HostLog Log { get; }

    internal GrainRegistry Registry { get; }

    internal HostMetrics Metrics { get; }

    internal GrainFactory Factory { get; }

    internal GrainDirectory Directory { get; }

    internal ObserverTable Observers { get; }

    internal IdleCollector Collector { get; }

    internal TimeoutSweeper Sweeper { get; }

    internal CallFilters Filters { get; }

    internal StateFactory States { get; }

    internal ReminderService Reminders { get; }

    internal StreamHub Streams { get; }

    /// <summary>Every call takes the way through <see cref="Deliver"/>, because something looks at all of them.</summary>
    internal bool InterceptsCalls => Settings.DetectCallCycles || Settings.CallInterceptor is not null;

    /// <summary>Calls that a simulation has lost, which time out here.</summary>
    internal Mailbox? Limbo { get; set; }

    internal IEnumerable<Mailbox> Mailboxes => Directory.All.Concat(Observers.All).Concat(Limbo is null ? [] : [Limbo]);

    /// <summary>Why no activation can be made now; null when it can.</summary>
    internal SiloUnavailableException? Refusal => _state switch
    {
        State.Active => null,
        State.Created => new SiloUnavailableException("The grain host has not been started yet. Start the host before calling grains."),
        _ => new SiloUnavailableException("The grain host is stopping, so no grain is activated any more."),
    };

    /// <summary>Gives a call to whom it is for. Returns the mailbox to ask first next time.</summary>
    internal Mailbox? Deliver(GrainId id, Call call)
    {
        if (Settings.CallInterceptor is { } interceptor && interceptor(this, id, call))
            return null;
        return DeliverNow(id, call);
    }

    internal Mailbox? DeliverNow(GrainId id, Call call)
    {
        try
        {
            return id.Type == ObserverTable.Type ? Observers.Deliver(id, call) : Directory.Deliver(id, call);
        }
        catch (Exception exception) when (exception is ArgumentException or OrleansConfigurationException)
        {
            call.TryFail(exception);
            return null;
        }
    }

    /// <summary>What happens to a call that waited for an activation that has ended.</summary>
    internal void Redirect(Call call, Exception? failure)
    {
        // Nobody waits for it any more, so it wakes nobody either.
        if (call.IsAnswered)
            call.Cancellation?.Ended();
        else if (failure is not null)
            call.TryFail(failure);
        else
            DeliverNow(call.Reference!.GrainId, call);
    }

    /// <summary>Fails a call that would close a cycle, when cycles are being detected.</summary>
    internal bool FailCycles(Call call, Mailbox target)
    {
        if (!Settings.DetectCallCycles || CallChain.CycleOf(call, target) is not { } cycle)
            return false;
        return call.TryFail(new InvalidOperationException(
            $"Call cycle: {cycle}. The last call would wait for the first, which waits for it. Break the cycle, use [OneWay], or mark the grain [Reentrant] or the method [AlwaysInterleave]."));
    }

    internal CancellationTokenSource Deadline(TimeSpan limit) => new(limit, Time);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_state != State.Created)
            throw new InvalidOperationException("The grain host was started already.");
        if (Settings.ValidateContracts)
            ContractValidator.Validate(Registry);
        foreach (var participant in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(_lifecycle);
        await Reminders.PrepareAsync(cancellationToken);
        await States.PrepareAsync(cancellationToken);
        _state = State.Active;
        await _lifecycle.StartAsync(ServiceLifecycleStage.First, ServiceLifecycleStage.Active, cancellationToken);
        await Reminders.StartAsync(cancellationToken);
        foreach (var task in _startupTasks)
            await task.Execute(cancellationToken);
        await _lifecycle.StartAsync(ServiceLifecycleStage.Active + 1, ServiceLifecycleStage.Last, cancellationToken);
        Collector.Start();
        Log.Started(Registry.Classes.Count());
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_state != State.Active)
            return;
        await _lifecycle.StopAsync(cancellationToken, Log.StopFailed);
        Reminders.Stop();
        Collector.Stop();
        _state = State.Stopping;
        var ending = Directory.All.ToArray();
        foreach (var activation in ending)
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The grain host is stopping."), cancellationToken);
        try
        {
            await Task.WhenAll(ending.Select(activation => activation.Deactivated))
                .WaitAsync(Settings.DeactivationTimeout, Time, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            Log.StopFailed(exception);
        }

        Sweeper.Stop();
        Metrics.Dispose();
        _state = State.Stopped;
        FailUnanswered();
    }

    /// <summary>Answers the callers of grains that go on although the host has stopped: nobody else will, not even a timeout.</summary>
    private void FailUnanswered()
    {
        var unanswered = new List<Call>();
        foreach (var mailbox in Mailboxes)
            mailbox.CollectUnanswered(unanswered);
        foreach (var call in unanswered.Where(call => !call.IsOneWay))
            Dispatcher.Post(() => call.TryFail(new SiloUnavailableException($"The grain host stopped before {call} had ended; its outcome is unknown.")));
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
