using ActorTrading.Conformance.Tests.Grains;
using Orleans;

namespace ActorTrading.Conformance.Tests;

/// <summary>Notes calls of <see cref="IFilteredGrain"/>, changes what "loud" says, refuses "refused" and leaves "silence" without an answer.</summary>
public sealed class IncomingFilter(Journal journal) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not FilteredGrain grain || context.MethodName != nameof(IFilteredGrain.Say))
        {
            await context.Invoke();
            return;
        }

        journal.Note(grain.GetPrimaryKeyString(), $"in: {context.ImplementationMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name}");
        switch (context.Request.GetArgument(0))
        {
            case "refused":
                throw new UnauthorizedAccessException("the filter refuses");
            case "silence":
                break;
            case "twice":
                await context.Invoke();
                await context.Invoke();
                break;
            case "loud":
                await context.Invoke();
                context.Result = ((string)context.Result!).ToUpperInvariant();
                break;
            default:
                await context.Invoke();
                break;
        }
    }
}

/// <summary>Notes where calls of <see cref="IFilteredGrain"/> come from, and replaces what "secret" asks for.</summary>
public sealed class OutgoingFilter(Journal journal) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType == typeof(IFilteredGrain) && context.MethodName == nameof(IFilteredGrain.Say))
        {
            journal.Note(context.TargetId.Key.ToString(), $"out: from {(context.SourceContext is null ? "a client" : "a grain")}");
            if (context.Request.GetArgument(0) is "secret")
                context.Request.SetArgument(0, "hidden");
        }

        await context.Invoke();
    }
}
