using ActorTrading.Conformance.Tests.Grains;

namespace ActorTrading.Conformance.Tests;

/// <summary>When activations begin and end.</summary>
public sealed class LifeTests(HostFixture host) : ConformanceTests(host)
{
    [Fact]
    public async Task A_reference_activates_nobody()
    {
        var key = NewKey("life");
        var grain = Client.GetGrain<ILifeGrain>(key);
        Journal.Of(key).ShouldBeEmpty();
        await grain.Activation();
        Journal.Of(key).ShouldBe(["activating", "activated", "called"]);
    }

    [Fact]
    public async Task Many_first_calls_make_one_activation()
    {
        var key = NewKey("life");
        var numbers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => Client.GetGrain<ILifeGrain>(key).Activation())));
        numbers.Distinct().Count().ShouldBe(1);
        Journal.Of(key).Count(e => e == "activating").ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_activation_rejects_its_callers_and_the_next_call_tries_again()
    {
        var grain = Client.GetGrain<IFailingGrain>(NewKey("failing"));
        (await Should.ThrowAsync<InvalidOperationException>(grain.Hello())).Message.ShouldContain("not yet");
        (await grain.Hello()).ShouldBe("hello");
    }

    [Fact]
    public async Task A_grain_that_asks_to_be_deactivated_is_made_anew_by_the_next_call()
    {
        var key = NewKey("life");
        var grain = Client.GetGrain<ILifeGrain>(key);
        var first = await grain.Activation();
        await grain.Leave();
        await Journal.Noted(key, "deactivated: ApplicationRequested");
        (await grain.Activation()).ShouldNotBe(first);
    }

    [Fact]
    public async Task What_an_activation_has_begun_ends_with_it_though_its_last_work_fails()
    {
        var key = NewKey("stumbling");
        await Client.GetGrain<IStumblingGrain>(key).Leave();
        await Journal.Noted(key, "ended");
        Journal.Of(key).ShouldBe(["began", "ended"]);
    }

    [Fact]
    public async Task Requests_behind_the_last_one_go_to_the_next_activation()
    {
        var key = NewKey("life");
        var grain = Client.GetGrain<ILifeGrain>(key);
        var first = await grain.Activation();
        var leaving = grain.LeaveSlowly(key);
        await Journal.Noted(key, "leaving");
        var second = grain.Activation();
        Journal.OpenGate(key);
        await leaving;
        (await second).ShouldNotBe(first);
        Journal.Of(key).ShouldBe(["activating", "activated", "called", "leaving", "deactivated: ApplicationRequested", "activating", "activated", "called"]);
    }

    [Fact]
    public async Task An_idle_activation_is_collected_after_its_age_limit()
    {
        var (usual, brief, kept, delayed) = (NewKey("life"), NewKey("life"), NewKey("life"), NewKey("life"));
        await Client.GetGrain<ILifeGrain>(usual).Activation();
        await Client.GetGrain<IShortLifeGrain>(brief).Activation();
        await Client.GetGrain<IKeptLifeGrain>(kept).Activation();
        await Client.GetGrain<ILifeGrain>(delayed).Stay(Staying(TimeSpan.FromHours(1)));
        await CollectedAsync(brief, 5);
        Journal.Of(usual).ShouldNotContain("deactivated: ActivationIdle");
        await CollectedAsync(usual, 30);
        Journal.Of(kept).ShouldNotContain("deactivated: ActivationIdle");
        Journal.Of(delayed).ShouldNotContain("deactivated: ActivationIdle");
        await CollectedAsync(delayed, 120);
        Journal.Of(kept).ShouldNotContain("deactivated: ActivationIdle");

        // On a busy machine the collector is late, so time goes on until it has been here, within what the test says.
        async Task CollectedAsync(string key, int minutes)
        {
            for (var minute = 0; minute < minutes && !Journal.Of(key).Contains("deactivated: ActivationIdle"); minute++)
                await AdvanceIdleMinute();
            await Journal.Noted(key, "deactivated: ActivationIdle");
        }
    }
}
