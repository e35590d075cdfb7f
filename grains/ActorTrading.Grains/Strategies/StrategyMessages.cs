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
        new(row.UserId, "BacktestProgress", row.Id, null, Write(new { id = row.Id, status = row.Status, progress = row.Progress, error = row.Error }));

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, DomainJson.Options);
}
