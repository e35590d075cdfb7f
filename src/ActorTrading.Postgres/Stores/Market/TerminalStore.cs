using Dapper;

namespace ActorTrading.Postgres;

/// <summary>A terminal that the system itself connects to.</summary>
public sealed record StoredTerminal
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Host { get; init; }

    /// <summary>The first of its ports.</summary>
    public required int Port { get; init; }

    /// <summary>JSON object.</summary>
    public string Settings { get; init; } = "{}";
    public bool Enabled { get; init; } = true;
}

/// <summary>A named source of quotes.</summary>
public sealed record StoredFeed
{
    public required string Name { get; init; }
    public string? TerminalId { get; init; }

    /// <summary>Of the feeds that still speak the one with the lowest number is listened to.</summary>
    public required int Preference { get; init; }

    /// <summary>IANA zone and time of day at which its trading day begins.</summary>
    public string DayZone { get; init; } = "America/New_York";
    public TimeOnly DayStarts { get; init; } = new(17, 0);
    public bool Enabled { get; init; } = true;
}

public interface ITerminalStore
{
    Task<IReadOnlyList<StoredTerminal>> TerminalsAsync(CancellationToken cancellation = default);

    Task SaveAsync(StoredTerminal terminal, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>Preferred first.</summary>
    Task<IReadOnlyList<StoredFeed>> FeedsAsync(CancellationToken cancellation = default);

    Task SaveAsync(StoredFeed feed, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class TerminalStore(PostgresDatabase database) : ITerminalStore
{
    public Task<IReadOnlyList<StoredTerminal>> TerminalsAsync(CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<StoredTerminal>>(async connection =>
            (await connection.QueryAsync<StoredTerminal>("SELECT id, name, host, port, settings, enabled FROM terminals ORDER BY id".With(null, cancellation))).AsList(), cancellation);

    public Task SaveAsync(StoredTerminal terminal, DateTimeOffset at, CancellationToken cancellation = default) => database.UseAsync(connection => connection.ExecuteAsync("""
        INSERT INTO terminals (id, name, host, port, settings, enabled, created_at, updated_at) VALUES (@Id, @Name, @Host, @Port, @Settings::jsonb, @Enabled, @at, @at)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, host = excluded.host, port = excluded.port, settings = excluded.settings,
            enabled = excluded.enabled, updated_at = excluded.updated_at
        """.With(new { terminal.Id, terminal.Name, terminal.Host, terminal.Port, terminal.Settings, terminal.Enabled, at }, cancellation)), cancellation);

    public Task<IReadOnlyList<StoredFeed>> FeedsAsync(CancellationToken cancellation = default) =>
        database.UseAsync<IReadOnlyList<StoredFeed>>(async connection => await connection.ListAsync("SELECT name, terminal_id, preference, day_zone, day_starts, enabled FROM feeds ORDER BY preference, name", row => new StoredFeed
        {
            Name = row.Text("name"),
            TerminalId = row.TextOrNull("terminal_id"),
            Preference = row.GetInt32(row.GetOrdinal("preference")),
            DayZone = row.Text("day_zone"),
            DayStarts = row.GetFieldValue<TimeOnly>(row.GetOrdinal("day_starts")),
            Enabled = row.GetBoolean(row.GetOrdinal("enabled")),
        }, cancellation), cancellation);

    public Task SaveAsync(StoredFeed feed, DateTimeOffset at, CancellationToken cancellation = default) => database.UseAsync(connection => connection.ExecuteAsync("""
        INSERT INTO feeds (name, terminal_id, preference, day_zone, day_starts, enabled, updated_at)
        VALUES (@Name, @TerminalId, @Preference, @DayZone, @starts, @Enabled, @at)
        ON CONFLICT (name) DO UPDATE SET terminal_id = excluded.terminal_id, preference = excluded.preference, day_zone = excluded.day_zone,
            day_starts = excluded.day_starts, enabled = excluded.enabled, updated_at = excluded.updated_at
        """.With(new { feed.Name, feed.TerminalId, feed.Preference, feed.DayZone, starts = feed.DayStarts.ToTimeSpan(), feed.Enabled, at }, cancellation)), cancellation);
}
