using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Conformance.Tests.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(string name, GrainTimerSettings settings);

    /// <summary>Ticks once, after a second, and then waits at the gate.</summary>
    Task StartSlow(string name, string gate);

    Task Stop(string name);

    Task Change(string name, TimeSpan dueTime, TimeSpan period);

    /// <summary>Waits at the gate; nothing else runs meanwhile.</summary>
    Task Block(string gate);

    Task Settle();

    /// <summary>A timer whose token calls back something that fails.</summary>
    Task StartBadly();

    Task Leave();
}

[GenerateSerializer, Immutable]
public sealed record GrainTimerSettings(
    [property: Id(0)] TimeSpan DueTime, [property: Id(1)] TimeSpan Period, [property: Id(2)] bool Interleave, [property: Id(3)] bool KeepAlive, [property: Id(4)] bool Fails);

public sealed class TimerGrain(Journal journal) : Grain, ITimerGrain
{
    private readonly Dictionary<string, IGrainTimer> _timers = [];

    public Task Start(string name, GrainTimerSettings settings)
    {
        _timers[name] = this.RegisterGrainTimer(
            (state, cancellationToken) =>
            {
                journal.Note(this.GetPrimaryKeyString(), state);
                return settings.Fails ? throw new InvalidOperationException("a timer that fails goes on") : Task.CompletedTask;
            },
            name,
            new GrainTimerCreationOptions(settings.DueTime, settings.Period) { Interleave = settings.Interleave, KeepAlive = settings.KeepAlive });
        return Task.CompletedTask;
    }

    public Task StartSlow(string name, string gate)
    {
        _timers[name] = this.RegisterGrainTimer(
            async () =>
            {
                journal.Note(this.GetPrimaryKeyString(), $"{name} begins");
                await journal.Gate(gate);
                journal.Note(this.GetPrimaryKeyString(), $"{name} ends");
            },
            new GrainTimerCreationOptions(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task Stop(string name)
    {
        _timers[name].Dispose();
        return Task.CompletedTask;
    }

    public Task Change(string name, TimeSpan dueTime, TimeSpan period)
    {
        _timers[name].Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task Settle() => Task.CompletedTask;

    public Task StartBadly()
    {
        this.RegisterGrainTimer(
            token =>
            {
                token.Register(() => throw new InvalidOperationException("the activation ends all the same"));
                journal.Note(this.GetPrimaryKeyString(), "registered");
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Block(string gate)
    {
        journal.Note(this.GetPrimaryKeyString(), "blocking");
        return journal.Gate(gate);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Note(this.GetPrimaryKeyString(), "deactivated");
        return Task.CompletedTask;
    }
}

public interface IReminderGrain : IGrainWithStringKey
{
    Task Set(string name, TimeSpan dueTime, TimeSpan period);

    Task<bool> Has(string name);

    Task Remove(string name);

    Task Leave();
}

public sealed class ReminderGrain(Journal journal) : Grain, IReminderGrain, IRemindable
{
    public Task Set(string name, TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder(name, dueTime, period);

    public async Task<bool> Has(string name) => await this.GetReminder(name) is { } reminder && reminder.ReminderName == name;

    public async Task Remove(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        journal.Note(this.GetPrimaryKeyString(), $"{reminderName} every {status.Period}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Note(this.GetPrimaryKeyString(), "deactivated");
        return Task.CompletedTask;
    }
}
