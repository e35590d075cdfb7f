using System.Threading.Channels;

namespace ActorTrading.Postgres.Tests;

public sealed class GatheredWritesTests
{
    private readonly Channel<(int[] Some, TaskCompletionSource Done)> begun = Channel.CreateUnbounded<(int[], TaskCompletionSource)>();

    private Task WriteAsync(IReadOnlyList<int> some)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        begun.Writer.TryWrite(([.. some], done)).ShouldBeTrue();
        return done.Task;
    }

    [Fact]
    public async Task The_first_goes_at_once_and_those_that_come_meanwhile_go_together_in_their_order()
    {
        var writes = new GatheredWrites<int>(WriteAsync, 3);
        var all = Enumerable.Range(1, 5).Select(writes.AddAsync).ToList();
        (await NextAsync(1)).SetResult();
        await all[0];
        var three = await NextAsync(2, 3, 4);
        all.Skip(1).ShouldAllBe(one => !one.IsCompleted);
        three.SetResult();
        await Task.WhenAll(all[1..4]);
        var last = await NextAsync(5);
        all[4].IsCompleted.ShouldBeFalse("three at most go together");
        last.SetResult();
        await all[4];

        var later = writes.AddAsync(6);
        (await NextAsync(6)).SetResult();
        await later;
        begun.Reader.Count.ShouldBe(0, "each of them once");
    }

    [Fact]
    public async Task A_failure_is_told_to_those_it_concerns_and_the_next_are_written()
    {
        var writes = new GatheredWrites<int>(WriteAsync, 3);
        var (first, second) = (writes.AddAsync(1), writes.AddAsync(2));
        (await NextAsync(1)).SetException(new StoreUnavailableException("away", outcomeUnknown: true));
        await Should.ThrowAsync<StoreUnavailableException>(first);
        (await NextAsync(2)).SetResult();
        await second;

        var thrown = new GatheredWrites<int>(_ => throw new StoreUnavailableException("at once", outcomeUnknown: false), 3);
        await Should.ThrowAsync<StoreUnavailableException>(thrown.AddAsync(1));
        await Should.ThrowAsync<StoreUnavailableException>(thrown.AddAsync(2));
    }

    /// <summary>The write that has begun next.</summary>
    private async Task<TaskCompletionSource> NextAsync(params int[] expected)
    {
        var (some, done) = await begun.Reader.ReadAsync();
        some.ShouldBe(expected);
        return done;
    }
}
