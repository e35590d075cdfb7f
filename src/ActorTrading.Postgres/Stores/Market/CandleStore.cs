using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres;

public interface ICandleStore
{
    /// <summary>Adds bars or replaces those of the same time; at most 50,000 at once.</summary>
    Task SaveAsync(string symbol, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars, CancellationToken cancellation = default);

    /// <summary>
    /// Bars that begin at or after <paramref name="from"/> and before <paramref name="to"/> (null for no bound), oldest first; of more than
    /// <paramref name="limit"/> (1 to 50,000) the oldest where a from is given, else the newest.
    /// </summary>
    /// <param name="newest">Of too many the newest in any case.</param>
    Task<IReadOnlyList<Bar>> ReadAsync(string symbol, Timeframe timeframe, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellation = default, bool newest = false);

    /// <summary>The newest bars of each timeframe, oldest first; one without bars is left out.</summary>
    /// <param name="limit">Bars of one timeframe at most.</param>
    Task<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>> NewestAsync(string symbol, int limit, CancellationToken cancellation = default);
}

public sealed class CandleStore(PostgresDatabase database) : ICandleStore
{
    public const int BarsMax = 50_000;

    public Task SaveAsync(string symbol, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars, CancellationToken cancellation = default)
    {
        if (bars.Count > BarsMax) throw new ArgumentException($"At most {BarsMax} bars are saved at once; these are {bars.Count}.", nameof(bars));
        var last = new Dictionary<(Timeframe, DateTimeOffset), Bar>();
        foreach (var (timeframe, bar) in bars) last[(timeframe, bar.Time)] = bar;
        if (last.Count == 0) return Task.CompletedTask;
        return database.UseAsync(async connection =>
        {
            await using var save = new NpgsqlCommand("""
                INSERT INTO candles (symbol, timeframe, opens_at, open, high, low, close, volume, spread_points)
                SELECT $1, u.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) u
                ON CONFLICT (symbol, timeframe, opens_at) DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
                    volume = excluded.volume, spread_points = excluded.spread_points
                """, connection);
            save.Parameters.Add(new NpgsqlParameter<string> { TypedValue = symbol });
            save.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. last.Keys.Select(key => key.Item1.ToString())] });
            save.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. last.Keys.Select(key => key.Item2.UtcDateTime)] });
            save.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. last.Values.Select(bar => bar.Open)] });
            save.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. last.Values.Select(bar => bar.High)] });
            save.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. last.Values.Select(bar => bar.Low)] });
            save.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. last.Values.Select(bar => bar.Close)] });
            save.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. last.Values.Select(bar => bar.TickVolume)] });
            save.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. last.Values.Select(bar => bar.SpreadPoints)] });
            return await save.ExecuteNonQueryAsync(cancellation);
        }, cancellation);
    }

    public Task<IReadOnlyList<Bar>> ReadAsync(string symbol, Timeframe timeframe, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellation = default, bool newest = false)
    {
        if (limit is < 1 or > BarsMax) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"1 to {BarsMax} bars are read at once.");
        var backwards = newest || from is null;
        var sql = $"""
            SELECT opens_at, open, high, low, close, volume, spread_points FROM candles WHERE symbol = @symbol AND timeframe = @timeframe
            {(from is null ? "" : "AND opens_at >= @from")} {(to is null ? "" : "AND opens_at < @to")}
            ORDER BY opens_at {(backwards ? "DESC" : "ASC")} LIMIT @limit
            """;
        return database.UseAsync<IReadOnlyList<Bar>>(async connection =>
        {
            var bars = await connection.ListAsync(sql, Read, cancellation,
                RowReading.Parameter("symbol", symbol), RowReading.Parameter("timeframe", timeframe.ToString()), RowReading.Parameter("limit", limit),
                RowReading.Optional("from", from?.UtcDateTime, NpgsqlTypes.NpgsqlDbType.TimestampTz), RowReading.Optional("to", to?.UtcDateTime, NpgsqlTypes.NpgsqlDbType.TimestampTz));
            if (backwards) bars.Reverse();
            return bars;
        }, cancellation);
    }

    // One question for all timeframes, answered by as many ends of the key's index: every symbol asks it when the process starts.
    public Task<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>> NewestAsync(string symbol, int limit, CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>>(async connection =>
        {
            var bars = await connection.ListAsync("""
                SELECT t.name, c.* FROM unnest(@timeframes) AS t(name) CROSS JOIN LATERAL (
                    SELECT opens_at, open, high, low, close, volume, spread_points FROM candles WHERE symbol = @symbol AND timeframe = t.name
                    ORDER BY opens_at DESC LIMIT @limit) c
                """, row => (Timeframe: Enum.Parse<Timeframe>(row.Text("name")), Bar: Read(row)), cancellation,
                RowReading.Parameter("symbol", symbol), RowReading.Parameter("timeframes", Timeframes.All.Select(t => t.ToString()).ToArray()), RowReading.Parameter("limit", limit));
            return bars.GroupBy(bar => bar.Timeframe).ToDictionary(group => group.Key, group => (IReadOnlyList<Bar>)[.. group.Select(bar => bar.Bar).OrderBy(bar => bar.Time)]);
        }, cancellation);

    private static Bar Read(NpgsqlDataReader row) => new(row.Time("opens_at"), row.Number("open"), row.Number("high"), row.Number("low"), row.Number("close"),
        (long)row.Number("volume"), row.GetInt32(row.GetOrdinal("spread_points")));
}
