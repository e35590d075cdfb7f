using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>What users' screens are told of backtests and runs, in the shapes of the hub's contract.</summary>
internal static class StrategyMessages
{
    /// <summary><c>{id, status, progress, error?}</c>, to those who have subscribed to the backtest.</summary>
    public static UserMessage Progress(StoredBacktest row) =>
        new(row.UserId, "BacktestProgress", row.Id, null, Write(new { id = row.Id, status = row.Status, progress = row.Progress, error = row.Error }), VersionOf(row));

    /// <summary>What is stored says which of two states is the later, whoever tells of it: how it ended, the later start, and then how far it is, to a millionth.</summary>
    private static long VersionOf(StoredBacktest row) =>
        row.FinishedAt is not null ? long.MaxValue
        : row.StartedAt is { } started ? started.ToUnixTimeMilliseconds() * 1_000_001 + (long)(Math.Clamp(row.Progress, 0, 1) * 1_000_000)
        : 0;

    /// <summary>What became of an order of a run: <c>{runId, strategyId, accountId, symbol, side, volume, filledVolume, price?, code?, message?, orderId}</c>.</summary>
    public static UserMessage Signal(StoredStrategyRun run, RunOrder order, Order? made, string? code, string message) => Signal(run, new
    {
        runId = run.Id, strategyId = run.StrategyId, accountId = run.AccountId, kind = "order", symbol = run.Symbol, side = order.Side, volume = order.Volume,
        filledVolume = made?.FilledVolume ?? 0, price = made?.AveragePrice, code, message = code is null ? null : message, orderId = order.IdFor(run.Id),
    });

    /// <summary>A run has ended: <c>{runId, strategyId, accountId, kind:"ended", status, error?}</c>.</summary>
    public static UserMessage Ended(StoredStrategyRun run, string status, string? error) =>
        Signal(run, new { runId = run.Id, strategyId = run.StrategyId, accountId = run.AccountId, kind = "ended", symbol = run.Symbol, status, error });

    private static UserMessage Signal<T>(StoredStrategyRun run, T payload) => new(run.UserId, "StrategySignal", null, null, Write(payload));

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, DomainJson.Options);
}
