using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace ActorTrading.Conformance.Tests.Grains;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Notes its beginning, waits at the gate if there is one, notes its end.</summary>
    Task Pass(string name, string? gate);

    [AlwaysInterleave]
    Task PassAlways(string name, string? gate);

    [ReadOnly]
    Task PassReadOnly(string name, string? gate);

    /// <summary>Adds one without any lock, with awaits between reading and writing.</summary>
    Task<int> Increment();

    /// <summary>Where continuations run: the same scheduler after each of several awaits?</summary>
    Task<bool[]> StaysOnItsScheduler();
}

public class TurnGrain(Journal journal) : Grain, ITurnGrain
{
    private int _count;

    public async Task Pass(string name, string? gate)
    {
        journal.Note(this.GetPrimaryKeyString(), $"{name} begins");
        if (gate is not null)
            await journal.Gate(gate);
        journal.Note(this.GetPrimaryKeyString(), $"{name} ends");
    }

    public Task PassAlways(string name, string? gate) => Pass(name, gate);

    public Task PassReadOnly(string name, string? gate) => Pass(name, gate);

    public async Task<int> Increment()
    {
        var count = _count;
        await Task.Yield();
        await Task.Run(() => { });
        return _count = count + 1;
    }

    public async Task<bool[]> StaysOnItsScheduler()
    {
        var scheduler = TaskScheduler.Current;
        var same = new List<bool> { scheduler != TaskScheduler.Default };
        await Task.Yield();
        same.Add(TaskScheduler.Current == scheduler);
        await Task.Run(() => { });
        same.Add(TaskScheduler.Current == scheduler);
        same.Add(await Task.Factory.StartNew(() => TaskScheduler.Current == scheduler));
        same.Add(await Task.Run(() => { }).ContinueWith(_ => TaskScheduler.Current == scheduler));
        same.Add(await OffIt());
        same.Add(TaskScheduler.Current == scheduler);
        return [.. same];

        static async Task<bool> OffIt()
        {
            await Task.Run(() => { }).ConfigureAwait(false);
            return TaskScheduler.Current == TaskScheduler.Default;
        }
    }
}

public interface IReentrantTurnGrain : ITurnGrain;

[Reentrant]
public sealed class ReentrantTurnGrain(Journal journal) : TurnGrain(journal), IReentrantTurnGrain;

public interface ISelectiveTurnGrain : ITurnGrain;

[MayInterleave(nameof(MayInterleave))]
public sealed class SelectiveTurnGrain(Journal journal) : TurnGrain(journal), ISelectiveTurnGrain
{
    public static bool MayInterleave(IInvokable request) => request.GetArgumentCount() > 0 && request.GetArgument(0) is "polite";
}

public interface IWorkerGrain : ITurnGrain;

[StatelessWorker(2)]
public sealed class WorkerGrain(Journal journal) : TurnGrain(journal), IWorkerGrain;

public interface IOneWayGrain : IGrainWithStringKey
{
    [OneWay]
    Task Tell(string name, string? gate);

    [OneWay]
    Task TellBadly();

    Task<int> Count();
}

public sealed class OneWayGrain(Journal journal) : Grain, IOneWayGrain
{
    private int _count;

    public async Task Tell(string name, string? gate)
    {
        if (gate is not null)
            await journal.Gate(gate);
        _count++;
        journal.Note(this.GetPrimaryKeyString(), name);
    }

    public Task TellBadly() => throw new InvalidOperationException("nobody hears this");

    public Task<int> Count() => Task.FromResult(_count);
}

public interface ISpinningGrain : IGrainWithStringKey
{
    /// <summary>Goes on, giving way each time round, until it is stopped.</summary>
    Task Spin();

    Task Stop();
}

[Reentrant]
public sealed class SpinningGrain(Journal journal) : Grain, ISpinningGrain
{
    private bool _stopped;

    public async Task Spin()
    {
        journal.Note(this.GetPrimaryKeyString(), "spinning");
        while (!_stopped)
            await Task.Yield();
    }

    public Task Stop()
    {
        _stopped = true;
        journal.Note(this.GetPrimaryKeyString(), "stopped");
        return Task.CompletedTask;
    }
}

/// <summary>Two grains of this kind call each other in a circle.</summary>
public interface ICircleGrain : IGrainWithStringKey
{
    Task<string> ThereAndBack(string other, bool allow);

    Task<string> Back(string first);

    [ResponseTimeout("00:00:01")]
    Task<string> Answer();

    /// <summary>When this returns, what the grain had begun before has reached its next await.</summary>
    [AlwaysInterleave]
    Task Settle();
}

public sealed class CircleGrain(Journal journal) : Grain, ICircleGrain
{
    public async Task<string> ThereAndBack(string other, bool allow)
    {
        using (allow ? RequestContext.AllowCallChainReentrancy() : RequestContext.SuppressCallChainReentrancy())
            return await GrainFactory.GetGrain<ICircleGrain>(other).Back(this.GetPrimaryKeyString());
    }

    public Task<string> Back(string first)
    {
        journal.Note(this.GetPrimaryKeyString(), "goes back");
        return GrainFactory.GetGrain<ICircleGrain>(first).Answer();
    }

    public Task Settle() => Task.CompletedTask;

    public Task<string> Answer() => Task.FromResult("answered");
}
