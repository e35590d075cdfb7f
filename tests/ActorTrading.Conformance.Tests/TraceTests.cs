using System.Diagnostics;
using ActorTrading.Conformance.Tests.Grains;

namespace ActorTrading.Conformance.Tests;

/// <summary>A trace goes with calls where somebody listens.</summary>
public sealed class TraceTests(HostFixture host) : ConformanceTests(host)
{
    private const string Calls = "Microsoft.Orleans.Application";

    [Fact]
    public async Task A_call_and_the_calls_it_makes_belong_to_their_callers_trace()
    {
        using var listener = Listen();
        using var caller = new Activity("caller").Start();
        var grain = Client.GetGrain<ITracedGrain>(NewKey("traced"));
        (await grain.Trace()).ShouldBe(caller.TraceId.ToHexString());
        (await grain.TraceOf(Client.GetGrain<ITracedGrain>(NewKey("traced")))).ShouldBe(caller.TraceId.ToHexString());
    }

    [Fact]
    public async Task A_one_way_call_belongs_to_the_trace_of_a_caller_who_has_gone_on()
    {
        using var listener = Listen();
        var key = NewKey("traced");
        using var caller = new Activity("caller").Start();
        var noted = Journal.Noted(key, caller.TraceId.ToHexString());
        await Client.GetGrain<ITracedGrain>(key).NoteTrace();
        caller.Stop();
        await noted;
    }

    [Fact]
    public async Task The_next_call_knows_nothing_of_it()
    {
        using var listener = Listen();
        var grain = Client.GetGrain<ITracedGrain>(NewKey("traced"));
        string traced;
        using (var caller = new Activity("caller").Start())
        {
            traced = caller.TraceId.ToHexString();
            (await grain.Trace()).ShouldBe(traced);
        }

        (await grain.Trace()).ShouldNotBe(traced);
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Calls,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
