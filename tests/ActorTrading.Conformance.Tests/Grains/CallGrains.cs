using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Conformance.Tests.Grains;

[GenerateSerializer, Immutable, Alias("conformance.Parcel")]
public sealed record Parcel([property: Id(0)] string Name, [property: Id(1)] ImmutableArray<decimal> Weights, [property: Id(2)] Parcel? Inner);

[GenerateSerializer]
public sealed class RefusedException(string message, int code) : Exception(message)
{
    [Id(0)]
    public int Code { get; } = code;
}

public interface ICallGrain : IGrainWithStringKey
{
    Task<Parcel> Echo(Parcel parcel);

    ValueTask<int> Add(int a, int b);

    ValueTask Nothing();

    Task<string?> Nobody();

    Task<DayOfWeek> DayAfter(DayOfWeek day, DateTimeOffset? at);

    Task Throw(string message);

    Task ThrowLater(string message);

    Task<int> ThrowOwn(int code);

    IAsyncEnumerable<int> Count(int last, CancellationToken cancellationToken = default);

    IAsyncEnumerable<int> CountAndThrow(int last);

    Task<string> WaitForCancellation(string key, CancellationToken cancellationToken);

    /// <summary>Notes where its token calls back.</summary>
    Task NoteCancellation(string key, CancellationToken cancellationToken);

    [ResponseTimeout("00:00:01")]
    Task Sleep(string gate);

    /// <summary>When this returns, what the grain had begun before has reached its next await.</summary>
    [AlwaysInterleave]
    Task Settle();

    Task<ICallGrain> Self();

    Task<string> KeyOf(ICallGrain other);

    Task<string?> ContextValue(string key);

    Task<string?> ContextValueOf(string key, ICallGrain other);

    Task SetContextValue(string key, string value);
}

public sealed class CallGrain(Journal journal) : Grain, ICallGrain
{
    public Task<Parcel> Echo(Parcel parcel) => Task.FromResult(parcel);

    public ValueTask<int> Add(int a, int b) => new(a + b);

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public Task<string?> Nobody() => Task.FromResult<string?>(null);

    public Task<DayOfWeek> DayAfter(DayOfWeek day, DateTimeOffset? at) => Task.FromResult((DayOfWeek)(((int)(at?.DayOfWeek ?? day) + 1) % 7));

    public Task Throw(string message) => throw new ArgumentException(message);

    public async Task ThrowLater(string message)
    {
        await Task.Yield();
        throw new ArgumentException(message);
    }

    public async Task<int> ThrowOwn(int code)
    {
        await Task.Yield();
        throw new RefusedException("refused", code);
    }

    public async IAsyncEnumerable<int> Count(int last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 1; i <= last; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return i;
        }
    }

    public async IAsyncEnumerable<int> CountAndThrow(int last)
    {
        await foreach (var i in Count(last, default))
            yield return i;
        throw new ArgumentException("counted");
    }

    public async Task<string> WaitForCancellation(string key, CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        journal.Note(key, "waiting");
        await cancelled.Task;
        journal.Note(key, "cancelled");
        throw new OperationCanceledException(cancellationToken);
    }

    public async Task NoteCancellation(string key, CancellationToken cancellationToken)
    {
        var home = TaskScheduler.Current;
        await using var registration = cancellationToken.Register(
            () => journal.Note(key, TaskScheduler.Current == home ? "cancelled in a turn" : "cancelled elsewhere"));
        journal.Note(key, "waiting");
        await journal.Gate(key);
    }

    public Task Sleep(string gate)
    {
        journal.Note(gate, "sleeping");
        return journal.Gate(gate);
    }

    public Task Settle() => Task.CompletedTask;

    public Task<ICallGrain> Self() => Task.FromResult(this.AsReference<ICallGrain>());

    public Task<string> KeyOf(ICallGrain other) => Task.FromResult(other.GetPrimaryKeyString());

    public Task<string?> ContextValue(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> ContextValueOf(string key, ICallGrain other) => other.ContextValue(key);

    public Task SetContextValue(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }
}

public interface IGuidGrain : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public sealed class GuidGrain : Grain, IGuidGrain
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public interface IIntegerGrain : IGrainWithIntegerKey
{
    Task<long> Key();
}

public sealed class IntegerGrain : Grain, IIntegerGrain
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public interface ICompoundGrain : IGrainWithIntegerCompoundKey
{
    Task<string> Key();
}

[GrainType("conformance-compound")]
public sealed class CompoundGrain : Grain, ICompoundGrain
{
    public Task<string> Key()
    {
        var number = this.GetPrimaryKeyLong(out var text);
        return Task.FromResult($"{number}|{text}|{this.GetGrainId()}");
    }
}
