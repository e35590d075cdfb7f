using ActorTrading.Conformance.Tests.Grains;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Conformance.Tests;

/// <summary>What travels between caller and grain, and how.</summary>
public sealed class CallTests(HostFixture host) : ConformanceTests(host)
{
    private ICallGrain NewGrain() => Client.GetGrain<ICallGrain>(NewKey("call"));

    [Fact]
    public async Task Arguments_and_results_of_every_shape_arrive()
    {
        var grain = NewGrain();
        var parcel = new Parcel("outer", [1.5m, 2m], new Parcel("inner", [], null));
        var back = await grain.Echo(parcel);
        back.Name.ShouldBe("outer");
        back.Weights.ShouldBe([1.5m, 2m]);
        back.Inner!.Name.ShouldBe("inner");
        (await grain.Add(2, 3)).ShouldBe(5);
        await grain.Nothing();
        (await grain.Nobody()).ShouldBeNull();
        (await grain.DayAfter(DayOfWeek.Saturday, null)).ShouldBe(DayOfWeek.Sunday);
        (await grain.DayAfter(default, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))).ShouldBe(DayOfWeek.Friday);
    }

    [Fact]
    public async Task Exceptions_travel_to_the_caller()
    {
        var grain = NewGrain();
        (await Should.ThrowAsync<ArgumentException>(() => grain.Throw("at once"))).Message.ShouldBe("at once");
        (await Should.ThrowAsync<ArgumentException>(() => grain.ThrowLater("later"))).Message.ShouldBe("later");
        (await Should.ThrowAsync<RefusedException>(() => grain.ThrowOwn(10016))).Code.ShouldBe(10016);
        (await grain.Add(1, 1)).ShouldBe(2);
    }

    [Fact]
    public async Task Calling_a_grain_does_not_throw_only_awaiting_does()
    {
        var call = NewGrain().Throw("at once");
        await Should.ThrowAsync<ArgumentException>(call);
    }

    [Fact]
    public async Task Sequences_arrive_element_by_element_and_so_does_their_failure()
    {
        var grain = NewGrain();
        (await Collect(grain.Count(250))).ShouldBe(Enumerable.Range(1, 250));
        var seen = new List<int>();
        await Should.ThrowAsync<ArgumentException>(async () =>
        {
            await foreach (var i in grain.CountAndThrow(3))
                seen.Add(i);
        });
        seen.ShouldBe([1, 2, 3]);
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var i in grain.Count(int.MaxValue, cancel.Token))
            {
                if (i == 3)
                    await cancel.CancelAsync();
            }
        });

        static async Task<List<int>> Collect(IAsyncEnumerable<int> source)
        {
            var all = new List<int>();
            await foreach (var i in source)
                all.Add(i);
            return all;
        }
    }

    [Fact]
    public async Task Cancelling_reaches_the_grain_and_the_caller()
    {
        var key = NewKey("cancel");
        using var cancel = new CancellationTokenSource();
        var call = NewGrain().WaitForCancellation(key, cancel.Token);
        await Journal.Noted(key, "waiting");
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        await Journal.Noted(key, "cancelled");
    }

    [Fact]
    public async Task A_grains_token_is_cancelled_in_a_turn_of_the_grain()
    {
        var key = NewKey("cancel");
        using var cancel = new CancellationTokenSource();
        var call = NewGrain().NoteCancellation(key, cancel.Token);
        await Journal.Noted(key, "waiting");
        await cancel.CancelAsync();
        await Journal.AnyNoted(key, 2);
        Journal.Of(key).ShouldBe(["waiting", "cancelled in a turn"]);
        Journal.OpenGate(key);
        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_already_is_not_made()
    {
        var key = NewKey("cancel");
        await Should.ThrowAsync<OperationCanceledException>(() => NewGrain().WaitForCancellation(key, new CancellationToken(true)));
        Journal.Of(key).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_without_an_answer_times_out_and_says_which()
    {
        var key = NewKey("sleep");
        var call = Client.GetGrain<ICallGrain>(key).Sleep(key);
        await Journal.Noted(key, "sleeping");
        await Client.GetGrain<ICallGrain>(key).Settle();
        Advance(TimeSpan.FromSeconds(3));
        var timeout = await Should.ThrowAsync<TimeoutException>(call);
        timeout.Message.ShouldContain(key);
        timeout.Message.ShouldContain(nameof(ICallGrain.Sleep));
        Journal.OpenGate(key);
    }

    [Fact]
    public async Task References_travel_and_are_equal_when_they_mean_the_same_grain()
    {
        var grain = NewGrain();
        var self = await grain.Self();
        self.ShouldBe(grain);
        self.GetHashCode().ShouldBe(grain.GetHashCode());
        (await NewGrain().KeyOf(self)).ShouldBe(grain.GetPrimaryKeyString());
        self.ShouldNotBe(NewGrain());
    }

    [Fact]
    public async Task Keys_of_every_kind_come_back_as_they_were()
    {
        var guid = new Guid("0198c0de-0000-7000-8000-000000000001");
        (await Client.GetGrain<IGuidGrain>(guid).Key()).ShouldBe(guid);
        (await Client.GetGrain<IIntegerGrain>(-7).Key()).ShouldBe(-7);
        (await Client.GetGrain<ICompoundGrain>(255, "EURUSD").Key()).ShouldBe("255|EURUSD|conformance-compound/FF+EURUSD");
        Client.GetGrain<IGuidGrain>(guid).GetGrainId().ToString().ShouldBe("guid/0198c0de000070008000000000000001");
        Client.GetGrain<ICallGrain>("a/b").GetGrainId().ShouldBe(GrainId.Create("call", "a/b"));
        GrainId.Parse("call/a/b").Key.ToString().ShouldBe("a/b");
    }

    [Fact]
    public async Task Request_context_travels_with_calls_and_not_back()
    {
        var (first, second) = (NewGrain(), NewGrain());
        RequestContext.Set("trader", "ann");
        (await first.ContextValue("trader")).ShouldBe("ann");
        (await first.ContextValueOf("trader", second)).ShouldBe("ann");
        await first.SetContextValue("trader", "bob");
        RequestContext.Get("trader").ShouldBe("ann");
        RequestContext.Remove("trader");
        (await first.ContextValue("trader")).ShouldBeNull();
    }
}
