using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface ICounterGrain : IGrainWithStringKey
{
    Task<int> Add(int amount);

    ValueTask<string> Describe(string prefix, int[] numbers);

    Task Fail(string message);

    ValueTask Nothing();

    IAsyncEnumerable<int> CountTo(int last, CancellationToken cancellationToken = default);
}

public sealed class CounterGrain : Grain, ICounterGrain
{
    private int _count;

    public async Task<int> Add(int amount)
    {
        var before = _count;
        await Task.Yield();
        return _count = before + amount;
    }

    public ValueTask<string> Describe(string prefix, int[] numbers) => new($"{prefix}{this.GetPrimaryKeyString()}:{numbers.Sum()}");

    public Task Fail(string message) => throw new ArgumentException(message);

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public async IAsyncEnumerable<int> CountTo(int last, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 1; i <= last; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }
}

public class CallTests
{
    [Fact]
    public async Task Calls_of_every_shape_bring_their_results()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.Client.GetGrain<ICounterGrain>("a");
        (await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() => grain.Add(1))))).Max().ShouldBe(1000);
        (await grain.Describe("x", [1, 2])).ShouldBe("xa:3");
        await grain.Nothing();
        (await Should.ThrowAsync<ArgumentException>(() => grain.Fail("no"))).Message.ShouldBe("no");
        var seen = new List<int>();
        await foreach (var i in grain.CountTo(3))
            seen.Add(i);
        seen.ShouldBe([1, 2, 3]);
        grain.GetGrainId().ToString().ShouldBe("counter/a");
    }
}
