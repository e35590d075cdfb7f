using ActorTrading.Conformance.Tests.Grains;

namespace ActorTrading.Conformance.Tests;

/// <summary>State that outlives activations.</summary>
public sealed class StateTests(HostFixture host) : ConformanceTests(host)
{
    [Fact]
    public async Task State_is_there_again_after_a_deactivation_if_it_was_written()
    {
        var key = NewKey("state");
        var grain = Client.GetGrain<IStateGrain>(key);
        (await grain.Describe()).ShouldBe("0 [] new");
        await grain.Add("written");
        await grain.Write();
        await grain.Add("forgotten");
        await grain.Leave();
        await Journal.Noted(key, "deactivated");
        (await grain.Describe()).ShouldBe("1 [written] stored");
    }

    [Fact]
    public async Task Reading_brings_back_what_was_written()
    {
        var grain = Client.GetGrain<IStateGrain>(NewKey("state"));
        await grain.Add("a");
        await grain.Write();
        await grain.Add("b");
        await grain.Read();
        (await grain.Describe()).ShouldBe("1 [a] stored");
    }

    [Fact]
    public async Task Clearing_makes_it_new()
    {
        var grain = Client.GetGrain<IStateGrain>(NewKey("state"));
        await grain.Add("a");
        await grain.Write();
        await grain.Clear();
        (await grain.Describe()).ShouldBe("0 [] new");
        await grain.Add("b");
        await grain.Write();
        (await grain.Describe()).ShouldBe("1 [b] stored");
    }

    [Fact]
    public async Task A_grain_with_state_as_its_base_class_has_it_too()
    {
        var grain = Client.GetGrain<IClassicStateGrain>(NewKey("state"));
        (await grain.AddAndWrite()).ShouldBe(1);
        (await grain.AddAndWrite()).ShouldBe(2);
        (await grain.Reread()).ShouldBe(2);
    }
}
