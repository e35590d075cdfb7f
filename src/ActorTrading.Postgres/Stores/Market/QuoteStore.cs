using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>The last quote of each symbol, so that a symbol that wakes knows where it was.</summary>
public interface IQuoteStore
{
    /// <summary>Keeps of each symbol the newest of these. It replaces what is stored, also a later one: a replayed market is earlier than what was there before it.</summary>
    Task SaveAsync(IReadOnlyList<Quote> quotes, CancellationToken cancellation = default);

    Task<Quote?> FindAsync(string symbol, CancellationToken cancellation = default);

    Task<IReadOnlyList<Quote>> AllAsync(CancellationToken cancellation = default);
}

public sealed class QuoteStore(PostgresDatabase database) : IQuoteStore
{
    public Task SaveAsync(IReadOnlyList<Quote> quotes, CancellationToken cancellation = default)
    {
        // One row per symbol: a statement may touch a row only once.
        var newest = quotes.GroupBy(quote => quote.Symbol).Select(group => group.MaxBy(quote => quote.Time)).ToList();
        if (newest.Count == 0) return Task.CompletedTask;
        return database.UseAsync(async connection =>
        {
            await using var save = new NpgsqlCommand("""
                INSERT INTO last_quotes (symbol, bid, ask, at) SELECT u.symbol, u.bid, u.ask, u.at FROM unnest($1, $2, $3, $4) AS u(symbol, bid, ask, at)
                ON CONFLICT (symbol) DO UPDATE SET bid = excluded.bid, ask = excluded.ask, at = excluded.at
                """, connection);
            save.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. newest.Select(quote => quote.Symbol)] });
            save.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. newest.Select(quote => quote.Bid)] });
            save.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. newest.Select(quote => quote.Ask)] });
            save.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. newest.Select(quote => quote.Time.UtcDateTime)] });
            return await save.ExecuteNonQueryAsync(cancellation);
        }, cancellation);
    }

    public Task<Quote?> FindAsync(string symbol, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        (await connection.ListAsync("SELECT symbol, bid, ask, at FROM last_quotes WHERE symbol = @symbol", Read, cancellation, RowReading.Parameter("symbol", symbol)))
            .Select(quote => (Quote?)quote).SingleOrDefault(), cancellation);

    public Task<IReadOnlyList<Quote>> AllAsync(CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<Quote>>(async connection => await connection.ListAsync("SELECT symbol, bid, ask, at FROM last_quotes ORDER BY symbol", Read, cancellation), cancellation);

    private static Quote Read(NpgsqlDataReader row) => new(row.Text("symbol"), row.Number("bid"), row.Number("ask"), row.Time("at"));
}
