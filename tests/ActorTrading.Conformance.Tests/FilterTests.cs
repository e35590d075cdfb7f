using ActorTrading.Conformance.Tests.Grains;

namespace ActorTrading.Conformance.Tests;

/// <summary>Code around calls.</summary>
public sealed class FilterTests(HostFixture host) : ConformanceTests(host)
{
    [Fact]
    public async Task Filters_surround_the_call_from_the_outside_in()
    {
        var key = NewKey("filtered");
        (await Client.GetGrain<IFilteredGrain>(key).Say("hello")).ShouldBe("hello");
        Journal.Of(key).ShouldBe(["out: from a client", "in: FilteredGrain.Say", "own filter before Say", "says hello", "own filter after hello"]);
    }

    [Fact]
    public async Task A_filter_can_change_arguments_and_results()
    {
        var grain = Client.GetGrain<IFilteredGrain>(NewKey("filtered"));
        (await grain.Say("loud")).ShouldBe("LOUD");
        (await grain.Say("secret")).ShouldBe("hidden");
    }

    [Fact]
    public async Task A_filter_can_refuse()
    {
        var key = NewKey("filtered");
        await Should.ThrowAsync<UnauthorizedAccessException>(() => Client.GetGrain<IFilteredGrain>(key).Say("refused"));
        Journal.Of(key).ShouldNotContain("says refused");
    }

    [Fact]
    public async Task A_filter_that_neither_goes_on_nor_answers_fails_the_call()
    {
        var key = NewKey("filtered");
        var grain = Client.GetGrain<IFilteredGrain>(key);
        await Should.ThrowAsync<InvalidOperationException>(() => grain.Say("silence"));
        Journal.Of(key).ShouldNotContain("says silence");
        (await grain.Say("hello")).ShouldBe("hello");
    }

    [Fact]
    public async Task A_filter_that_goes_on_twice_makes_all_that_is_behind_it_run_twice()
    {
        var key = NewKey("filtered");
        (await Client.GetGrain<IFilteredGrain>(key).Say("twice")).ShouldBe("twice");
        string[] once = ["own filter before Say", "says twice", "own filter after twice"];
        Journal.Of(key).Skip(2).ShouldBe([.. once, .. once]);
    }

    [Fact]
    public async Task An_outgoing_filter_knows_the_grain_that_calls()
    {
        var (first, second) = (NewKey("filtered"), NewKey("filtered"));
        await Client.GetGrain<IFilteredGrain>(first).SayTo(Client.GetGrain<IFilteredGrain>(second), "hi");
        Journal.Of(second)[0].ShouldBe("out: from a grain");
    }
}
