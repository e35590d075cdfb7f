using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Embedded.Tests;

/// <summary>Filters that do what they should not.</summary>
public class FilterTests
{
    private static readonly TimeSpan Patience = ScriptedHost.Patience;

    private sealed class Wrong : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => Answer(context);

        public Task Invoke(IOutgoingGrainCallContext context) => Answer(context);

        private static Task Answer(IGrainCallContext context)
        {
            if (context.MethodName != nameof(ICounterGrain.Add))
                return context.Invoke();
            context.Result = "a number was asked for";
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task An_answer_of_the_wrong_type_from_a_filter_fails_the_call_and_not_the_grain()
    {
        await using var host = await TestHost.StartAsync(services: services => services.AddIncomingGrainCallFilter<Wrong>());
        var grain = host.Client.GetGrain<ICounterGrain>("a");
        await Should.ThrowAsync<InvalidCastException>(grain.Add(1).WaitAsync(Patience));
        (await grain.Describe("x", [1]).AsTask().WaitAsync(Patience)).ShouldBe("xa:1");
    }

    [Fact]
    public async Task An_answer_of_the_wrong_type_from_the_callers_filter_fails_the_call()
    {
        await using var host = await TestHost.StartAsync(services: services => services.AddOutgoingGrainCallFilter<Wrong>());
        await Should.ThrowAsync<InvalidCastException>(host.Client.GetGrain<ICounterGrain>("a").Add(1).WaitAsync(Patience));
    }
}
