using ActorTrading.Domain;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>One alert, key: its id. Definition and state are durable; a firing is recorded, with what it sends, before anyone is told.</summary>
[Alias("ActorTrading.IAlertGrain"), Version(1)]
public interface IAlertGrain : IGrainWithGuidKey
{
    [Alias("Create")]
    Task<AlertDefinition> CreateAsync(AlertDefinition definition);

    /// <summary>Changes it, as one of the version that the definition names; null where that is not the present one any more, or the alert is gone: nothing was changed.</summary>
    [Alias("Update")]
    Task<AlertDefinition?> UpdateAsync(AlertDefinition definition, bool active);

    [Alias("Delete")]
    Task DeleteAsync();

    [Alias("Get"), ReadOnly]
    Task<AlertView?> GetAsync();

    /// <summary>
    /// The symbol saw it fire: recorded, with what it sends, before this completes. The same firing twice is one. One of a former
    /// definition, which was on its way when the user changed the alert, is recorded and leaves the alert as it is now.
    /// </summary>
    [Alias("OnFired")]
    Task OnFiredAsync(AlertFired fired);
}

/// <param name="Version">Of the definition that fired; null where the sender's release does not tell.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.AlertFired")]
public sealed record AlertFired([property: Id(0)] AlertFiring Firing, [property: Id(1)] AlertState State, [property: Id(2)] int? Version = null);

[GenerateSerializer, Immutable, Alias("ActorTrading.AlertView")]
public sealed record AlertView([property: Id(0)] AlertDefinition Definition, [property: Id(1)] AlertState State);
