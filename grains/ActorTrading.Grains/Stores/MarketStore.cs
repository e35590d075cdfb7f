using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;

namespace ActorTrading.Grains;

/// <summary>Last quotes and bars. Instruments are those that the process was started with.</summary>
public sealed class MarketStore(PostgresDatabase database, InstrumentSet instruments) : IMarketStore
{
    public Instrument? FindInstrument(string symbol) => instruments.Find(symbol);

    public Task<Quote?> LastQuoteAsync(string symbol, CancellationToken cancellation) => database.UseAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<QuoteRow>(new CommandDefinition(
            "SELECT bid, ask, at FROM last_quotes WHERE symbol = @symbol", new { symbol }, cancellationToken: cancellation));
        return row is null ? (Quote?)null : new Quote(symbol, row.Bid, row.Ask, Utc(row.At));
    }, cancellation);

    public Task<IReadOnlyList<Bar>> RecentMinutesAsync(string symbol, int count, CancellationToken cancellation) => database.UseAsync<IReadOnlyList<Bar>>(async connection =>
        [.. (await connection.QueryAsync<CandleRow>(new CommandDefinition(
            """
            SELECT * FROM (SELECT opens_at, open, high, low, close, volume FROM candles WHERE symbol = @symbol AND timeframe = 'M1' ORDER BY opens_at DESC LIMIT @count) c
            ORDER BY opens_at
            """, new { symbol, count }, cancellationToken: cancellation))).Select(r => new Bar(Utc(r.OpensAt), r.Open, r.High, r.Low, r.Close, (long)r.Volume, 0))], cancellation);

    public Task<ImmutableArray<BarRow>> BarsAsync(string symbol, BarQuery query, CancellationToken cancellation) => database.UseAsync<ImmutableArray<BarRow>>(async connection =>
        [.. (await connection.QueryAsync<CandleRow>(new CommandDefinition(
            """
            SELECT * FROM (
                SELECT opens_at, open, high, low, close, volume FROM candles
                WHERE symbol = @symbol AND timeframe = @Timeframe AND (@From::timestamptz IS NULL OR opens_at >= @From) AND (@To::timestamptz IS NULL OR opens_at < @To)
                ORDER BY opens_at DESC LIMIT @Limit) c
            ORDER BY opens_at
            """, new { symbol, query.Timeframe, query.From, query.To, query.Limit }, cancellationToken: cancellation)))
            .Select(r => new BarRow(Utc(r.OpensAt), r.Open, r.High, r.Low, r.Close, (long)r.Volume))], cancellation);

    public Task WriteAsync(string symbol, Quote? last, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars) => database.TransactAsync(async connection =>
    {
        if (last is { } quote)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO last_quotes (symbol, bid, ask, at) VALUES (@symbol, @Bid, @Ask, @Time)
                ON CONFLICT (symbol) DO UPDATE SET bid = excluded.bid, ask = excluded.ask, at = excluded.at
                """, new { symbol, quote.Bid, quote.Ask, quote.Time });
        }

        // A replayed period may be closed twice within one write: the last one counts.
        var rows = bars.GroupBy(b => (b.Timeframe, b.Bar.Time)).Select(g => g.Last()).ToList();
        if (rows.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO candles (symbol, timeframe, opens_at, open, high, low, close, volume)
                SELECT @symbol, * FROM unnest(@timeframes, @times, @opens, @highs, @lows, @closes, @volumes)
                ON CONFLICT (symbol, timeframe, opens_at) DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
                """, new
                {
                    symbol,
                    timeframes = rows.Select(r => r.Timeframe.ToString()).ToArray(),
                    times = rows.Select(r => r.Bar.Time.UtcDateTime).ToArray(),
                    opens = rows.Select(r => r.Bar.Open).ToArray(),
                    highs = rows.Select(r => r.Bar.High).ToArray(),
                    lows = rows.Select(r => r.Bar.Low).ToArray(),
                    closes = rows.Select(r => r.Bar.Close).ToArray(),
                    volumes = rows.Select(r => (decimal)r.Bar.TickVolume).ToArray(),
                });
        }

        return true;
    });

    private static DateTimeOffset Utc(DateTime at) => new(DateTime.SpecifyKind(at, DateTimeKind.Utc));

    private sealed record QuoteRow
    {
        public decimal Bid { get; init; }
        public decimal Ask { get; init; }
        public DateTime At { get; init; }
    }

    private sealed record CandleRow
    {
        public DateTime OpensAt { get; init; }
        public decimal Open { get; init; }
        public decimal High { get; init; }
        public decimal Low { get; init; }
        public decimal Close { get; init; }
        public decimal Volume { get; init; }
    }
}
