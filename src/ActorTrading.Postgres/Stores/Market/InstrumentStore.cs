using ActorTrading.Domain;
using Dapper;

namespace ActorTrading.Postgres;

public interface IInstrumentStore
{
    /// <summary>Every known instrument, by symbol.</summary>
    Task<IReadOnlyList<Instrument>> AllAsync(CancellationToken cancellation = default);

    Task<Instrument?> FindAsync(string symbol, CancellationToken cancellation = default);

    /// <summary>Adds or replaces instruments.</summary>
    Task SaveAsync(IReadOnlyList<Instrument> instruments, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class InstrumentStore(PostgresDatabase database) : IInstrumentStore
{
    public Task<IReadOnlyList<Instrument>> AllAsync(CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<Instrument>>(async connection =>
            (await connection.QueryAsync<string>("SELECT definition FROM instruments ORDER BY symbol".With(null, cancellation)))
                .Select(Statements.FromJson<Instrument>).ToList(), cancellation);

    public Task<Instrument?> FindAsync(string symbol, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteScalarAsync<string?>("SELECT definition FROM instruments WHERE symbol = @symbol".With(new { symbol }, cancellation)) is { } json
            ? Statements.FromJson<Instrument>(json) : null, cancellation);

    public Task SaveAsync(IReadOnlyList<Instrument> instruments, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection => await connection.ExecuteAsync("""
            INSERT INTO instruments (symbol, definition, updated_at) VALUES (@Symbol, @json::jsonb, @at)
            ON CONFLICT (symbol) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at
            """.With(instruments.Select(instrument => new { instrument.Symbol, json = Statements.Json(instrument), at }).ToList(), cancellation)), cancellation);
}
