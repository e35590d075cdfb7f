using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Conformance.Tests.Grains;

public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>A number that differs between activations.</summary>
    Task<int> Activation();

    Task Leave();

    /// <summary>Asks to be deactivated, then waits at the gate.</summary>
    Task LeaveSlowly(string gate);

    /// <summary>The activation whose turn makes the request.</summary>
    Task Stay(TimeSpan span);
}

public class LifeGrain(Journal journal) : Grain, ILifeGrain
{
    private static int _activations;
    private int _number;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        journal.Note(key, "activating");
        await Task.Yield();
        _number = Interlocked.Increment(ref _activations);
        journal.Note(key, "activated");
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Task.Yield();
        journal.Note(this.GetPrimaryKeyString(), $"deactivated: {reason.ReasonCode}");
    }

    public Task<int> Activation()
    {
        journal.Note(this.GetPrimaryKeyString(), "called");
        return Task.FromResult(_number);
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task LeaveSlowly(string gate)
    {
        DeactivateOnIdle();
        journal.Note(this.GetPrimaryKeyString(), "leaving");
        await journal.Gate(gate);
    }

    public Task Stay(TimeSpan span)
    {
        DelayDeactivation(span);
        return Task.CompletedTask;
    }
}

public interface IKeptLifeGrain : ILifeGrain;

[KeepAlive]
public sealed class KeptLifeGrain(Journal journal) : LifeGrain(journal), IKeptLifeGrain;

public interface IShortLifeGrain : ILifeGrain;

[CollectionAgeLimit(Minutes = 2)]
public sealed class ShortLifeGrain(Journal journal) : LifeGrain(journal), IShortLifeGrain;

/// <summary>Fails when it ends; what it has begun in its lifecycle is to end all the same.</summary>
public interface IStumblingGrain : IGrainWithStringKey
{
    Task Leave();
}

public sealed class StumblingGrain(Journal journal) : Grain, IStumblingGrain, ILifecycleParticipant<IGrainLifecycle>
{
    public void Participate(IGrainLifecycle lifecycle) => lifecycle.Subscribe(nameof(StumblingGrain), GrainLifecycleStage.SetupState,
        _ => Note("began"), _ => Note("ended"));

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("stumbles");

    private Task Note(string entry)
    {
        journal.Note(this.GetPrimaryKeyString(), entry);
        return Task.CompletedTask;
    }
}

/// <summary>Fails to activate as many times as its key says.</summary>
public interface IFailingGrain : IGrainWithStringKey
{
    Task<string> Hello();
}

public sealed class FailingGrain(Journal journal) : Grain, IFailingGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        journal.Note(key, "activating");
        await Task.Yield();
        if (journal.Of(key).Count == 1)
            throw new InvalidOperationException("not yet");
    }

    public Task<string> Hello() => Task.FromResult("hello");
}
