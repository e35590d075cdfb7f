using ActorTrading.Conformance.Tests.Grains;

namespace ActorTrading.Conformance.Tests;

/// <summary>One turn at a time, and what may come in between.</summary>
public sealed class TurnTests(HostFixture host) : ConformanceTests(host)
{
    [Fact]
    public async Task A_request_waits_until_the_one_before_has_ended()
    {
        var key = NewKey("turn");
        var grain = Client.GetGrain<ITurnGrain>(key);
        var first = grain.Pass("first", key);
        await Journal.Noted(key, "first begins");
        var second = grain.Pass("second", null);
        Journal.OpenGate(key);
        await Task.WhenAll(first, second);
        Journal.Of(key).ShouldBe(["first begins", "first ends", "second begins", "second ends"]);
    }

    [Fact]
    public async Task Requests_of_one_sender_run_in_the_order_in_which_they_were_sent()
    {
        var key = NewKey("turn");
        var grain = Client.GetGrain<ITurnGrain>(key);
        await grain.Pass("warm-up", null);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => grain.Pass($"{i}", null)));
        Journal.Of(key).Where(e => e.EndsWith("begins")).Skip(1).ShouldBe(Enumerable.Range(0, 50).Select(i => $"{i} begins"));
    }

    [Fact]
    public async Task A_grain_needs_no_locks()
    {
        var grain = Client.GetGrain<ITurnGrain>(NewKey("turn"));
        var counts = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(grain.Increment)));
        counts.Order().ShouldBe(Enumerable.Range(1, 200));
    }

    [Fact]
    public async Task Continuations_come_back_to_the_activation()
    {
        var same = await Client.GetGrain<ITurnGrain>(NewKey("turn")).StaysOnItsScheduler();
        same.ShouldAllBe(b => b);
    }

    [Fact]
    public async Task A_reentrant_grain_takes_a_request_while_another_waits()
    {
        var key = NewKey("reentrant");
        var grain = Client.GetGrain<IReentrantTurnGrain>(key);
        var first = grain.Pass("first", key);
        await Journal.Noted(key, "first begins");
        await grain.Pass("second", null);
        Journal.OpenGate(key);
        await first;
        Journal.Of(key).ShouldBe(["first begins", "second begins", "second ends", "first ends"]);
    }

    [Fact]
    public async Task Work_that_gives_way_lets_requests_in()
    {
        var key = NewKey("spinning");
        var grain = Client.GetGrain<ISpinningGrain>(key);
        var spinning = grain.Spin();
        await Journal.Noted(key, "spinning");
        var stopping = grain.Stop();
        await Journal.Noted(key, "stopped");
        await Task.WhenAll(spinning, stopping);
    }

    [Fact]
    public async Task A_method_that_always_interleaves_does_not_wait()
    {
        var key = NewKey("turn");
        var grain = Client.GetGrain<ITurnGrain>(key);
        var first = grain.Pass("first", key);
        await Journal.Noted(key, "first begins");
        await grain.PassAlways("second", null);
        Journal.OpenGate(key);
        await first;
        Journal.Of(key).ShouldBe(["first begins", "second begins", "second ends", "first ends"]);
    }

    [Fact]
    public async Task Others_do_not_wait_for_a_method_that_always_interleaves()
    {
        var key = NewKey("turn");
        var grain = Client.GetGrain<ITurnGrain>(key);
        var first = grain.PassAlways("first", key);
        await Journal.Noted(key, "first begins");
        await grain.Pass("second", null);
        Journal.OpenGate(key);
        await first;
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_but_not_with_writers()
    {
        var key = NewKey("turn");
        var grain = Client.GetGrain<ITurnGrain>(key);
        var reader = grain.PassReadOnly("reader 1", key);
        await Journal.Noted(key, "reader 1 begins");
        var writer = grain.Pass("writer", null);
        await grain.PassReadOnly("reader 2", null);
        Journal.Of(key).ShouldNotContain("writer begins");
        Journal.OpenGate(key);
        await Task.WhenAll(reader, writer);
    }

    [Fact]
    public async Task A_predicate_of_the_grain_may_let_requests_in()
    {
        var key = NewKey("selective");
        var grain = Client.GetGrain<ISelectiveTurnGrain>(key);
        var first = grain.Pass("first", key);
        await Journal.Noted(key, "first begins");
        var rude = grain.Pass("rude", null);
        await grain.Pass("polite", null);
        Journal.Of(key).ShouldNotContain("rude begins");
        Journal.OpenGate(key);
        await Task.WhenAll(first, rude);
    }

    [Fact]
    public async Task A_stateless_worker_works_in_parallel_up_to_its_limit()
    {
        var key = NewKey("worker");
        var grain = Client.GetGrain<IWorkerGrain>(key);
        var calls = Enumerable.Range(0, 3).Select(i => grain.Pass($"{i}", key)).ToList();
        // Any two of them: the first calls to a grain that is nowhere yet wait for its placement, and arrive in any order.
        await Journal.AnyNoted(key, 2);
        Journal.Of(key).Count.ShouldBe(2);
        Journal.OpenGate(key);
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task The_caller_of_a_one_way_method_does_not_wait()
    {
        var key = NewKey("one-way");
        var grain = Client.GetGrain<IOneWayGrain>(key);
        // The first calls to a grain that is nowhere yet wait for its placement, and arrive in any order.
        (await grain.Count()).ShouldBe(0);
        await grain.Tell("told", key);
        Journal.Of(key).ShouldBeEmpty();
        Journal.OpenGate(key);
        (await grain.Count()).ShouldBe(1);
    }

    [Fact]
    public async Task The_caller_of_a_one_way_method_does_not_hear_of_its_failure()
    {
        var grain = Client.GetGrain<IOneWayGrain>(NewKey("one-way"));
        await grain.TellBadly();
        (await grain.Count()).ShouldBe(0);
    }

    [Fact]
    public async Task A_call_chain_may_come_back_when_it_is_allowed_to()
    {
        var grain = Client.GetGrain<ICircleGrain>(NewKey("circle"));
        (await grain.ThereAndBack(NewKey("circle"), allow: true)).ShouldBe("answered");
    }

    [Fact]
    public async Task A_call_chain_that_comes_back_otherwise_waits_for_itself_until_it_times_out()
    {
        var second = NewKey("circle");
        var call = Client.GetGrain<ICircleGrain>(NewKey("circle")).ThereAndBack(second, allow: false);
        await Journal.Noted(second, "goes back");
        await Client.GetGrain<ICircleGrain>(second).Settle();
        Advance(TimeSpan.FromSeconds(3));
        await Should.ThrowAsync<TimeoutException>(call);
    }
}
