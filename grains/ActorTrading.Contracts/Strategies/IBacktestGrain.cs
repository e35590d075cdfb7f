using System.Collections.Immutable;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>
/// One backtest, key: its id. The request is durable before it is queued, the result before anyone hears of it; in between nothing
/// is kept: after a restart it runs again from the start, with the same result.
/// </summary>
[Alias("ActorTrading.IBacktestGrain"), Version(1)]
public interface IBacktestGrain : IGrainWithGuidKey
{
    /// <summary>Stores the request and queues it; repeating it changes nothing.</summary>
    [Alias("Submit")]
    Task<BacktestTicket> SubmitAsync(BacktestRequest request);

    /// <summary>Queues it again where it has not ended and is not under way in this process.</summary>
    [Alias("Wake")]
    Task WakeAsync();

    /// <summary>Ends it, if it has not ended yet.</summary>
    [Alias("Cancel")]
    Task CancelAsync();

    /// <summary>Publishes where it stands to the user's screens, in order with everything else that they hear of it.</summary>
    [Alias("Announce")]
    Task AnnounceAsync();

    /// <summary>A worker is about to run it.</summary>
    /// <returns>False where it must not: it has ended.</returns>
    [Alias("Begin")]
    Task<bool> BeginAsync();

    /// <param name="progress">0 to 1.</param>
    [Alias("Report"), OneWay]
    Task ReportAsync(double progress);

    /// <summary>The worker's outcome: stored before this completes.</summary>
    [Alias("Finish")]
    Task FinishAsync(BacktestOutcome outcome);
}

/// <summary>What to run over which bars.</summary>
/// <param name="StrategyId">With <paramref name="StrategyVersion"/>, what to run; else <paramref name="Script"/>.</param>
/// <param name="Timeframe">MetaTrader's name: M1 … MN1.</param>
/// <param name="From">The first bar that may open, UTC.</param>
/// <param name="To">Bars open before it, UTC.</param>
/// <param name="InputsJson">A JSON object: number, boolean or text by an input's title or variable; null for the defaults.</param>
/// <param name="InitialCapital">Account currency; null for what the script declares.</param>
/// <param name="Commission">Percent of the traded value, per order; null for what the script declares.</param>
/// <param name="SlippageTicks">Ticks that market and stop fills lose; null for what the script declares.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.BacktestRequest")]
public sealed record BacktestRequest(
    [property: Id(0)] Guid UserId,
    [property: Id(1)] Guid? StrategyId,
    [property: Id(2)] int? StrategyVersion,
    [property: Id(3)] string? Script,
    [property: Id(4)] string Symbol,
    [property: Id(5)] string Timeframe,
    [property: Id(6)] DateTimeOffset From,
    [property: Id(7)] DateTimeOffset To,
    [property: Id(8)] string? InputsJson,
    [property: Id(9)] decimal? InitialCapital,
    [property: Id(10)] decimal? Commission,
    [property: Id(11)] int? SlippageTicks);

/// <param name="Code">Stable code of a refusal; null where it is queued.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.BacktestTicket")]
public sealed record BacktestTicket([property: Id(0)] Guid Id, [property: Id(1)] string? Code, [property: Id(2)] string? Message);

/// <summary>Either a report (JSON, Brotli) or the reason why there is none.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.BacktestOutcome")]
public sealed record BacktestOutcome([property: Id(0)] ImmutableArray<byte> Report, [property: Id(1)] string? Error);
