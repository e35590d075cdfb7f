using ActorTrading.Domain;
using Orleans;
using Orleans.CodeGeneration;

namespace ActorTrading.Contracts;

/// <summary>
/// One strategy that trades one account, key: its id. What it wants is a function of the stored bars; what it has done is durable, each
/// order before it is sent, so that after a restart it goes on with the difference and never does a thing twice.
/// </summary>
[Alias("ActorTrading.IStrategyRunGrain"), Version(1)]
public interface IStrategyRunGrain : IGrainWithGuidKey
{
    /// <summary>Stores the run and begins; repeating it changes nothing.</summary>
    [Alias("Start")]
    Task StartAsync(StartStrategyRun request);

    /// <summary>Goes on with it after a restart.</summary>
    [Alias("Wake")]
    Task WakeAsync();

    /// <summary>Looks at the bars and acts, as it does by itself each second.</summary>
    [Alias("Step")]
    Task StepAsync();

    /// <summary>Ends it. What it holds stays in the account, unless it is to be closed first.</summary>
    /// <returns>False where something could not be closed: it goes on.</returns>
    [Alias("Stop")]
    Task<bool> StopAsync(bool closeHeld);
}

/// <param name="InputsJson">A JSON object: number, boolean or text by an input's title or variable; null for the defaults.</param>
/// <param name="InitialCapital">With which the script sizes its orders, in the symbol's quote currency.</param>
/// <param name="Mode">The account's.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.StartStrategyRun")]
public sealed record StartStrategyRun(
    [property: Id(0)] Guid UserId,
    [property: Id(1)] Guid StrategyId,
    [property: Id(2)] int StrategyVersion,
    [property: Id(3)] Guid AccountId,
    [property: Id(4)] string Symbol,
    [property: Id(5)] string Timeframe,
    [property: Id(6)] string? InputsJson,
    [property: Id(7)] decimal InitialCapital,
    [property: Id(8)] PositionMode Mode);
