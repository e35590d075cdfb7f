using System.Runtime.CompilerServices;
using ActorTrading.Domain;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres;

public sealed record StoredAlert(AlertDefinition Definition, AlertState State);

/// <summary>What becomes durable with a firing.</summary>
/// <param name="After">The alert's state after it.</param>
/// <param name="NotificationJson">What the user's list of notifications shows; null for none.</param>
/// <param name="Outbox">Webhook and e-mail, to be sent afterwards.</param>
public sealed record FiringRecord(Guid UserId, AlertFiring Firing, AlertState After, string? NotificationJson, IReadOnlyList<OutboxMessage> Outbox);

/// <param name="NotificationSeq">Sequence of the notification in the user's list; null where there was none.</param>
public sealed record FiringRecorded(long? NotificationSeq);

public interface IAlertStore
{
    /// <summary>Stores a new alert, or a changed definition and state. How often it has fired is moved by <see cref="RecordFiringAsync"/> alone.</summary>
    Task SaveAsync(AlertDefinition definition, AlertState state, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>The user's alert; null where there is none or it is another user's.</summary>
    Task<StoredAlert?> FindAsync(Guid userId, Guid alertId, CancellationToken cancellation = default);

    /// <summary>The user's alerts, newest first.</summary>
    Task<Page<StoredAlert>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default);

    /// <summary>How many others than this one the user has that can fire, now or once they are resumed; not counted beyond the limit.</summary>
    Task<int> CountOthersAsync(Guid userId, Guid alertId, int limit, CancellationToken cancellation = default);

    Task<StoredAlert?> GetAsync(Guid alertId, CancellationToken cancellation = default);

    /// <summary>The active alerts of a symbol, page by page.</summary>
    IAsyncEnumerable<StoredAlert> ActiveAsync(string symbol, CancellationToken cancellation = default);

    Task DeleteAsync(Guid alertId, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>Records a firing, the alert's new state, the notification and what is to be sent, all or nothing. Null where this firing was recorded before, or the alert is deleted.</summary>
    Task<FiringRecorded?> RecordFiringAsync(FiringRecord record, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>
    /// Writes what alerts have seen since; never over the state of a newer firing, nor of an alert changed by its user to another status. A state that counts
    /// more firings than are recorded waits for their record: written before it, a crash in between would lose the firing.
    /// </summary>
    Task SaveStatesAsync(IReadOnlyList<(Guid AlertId, AlertState State)> states, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>The firings of a user's alert, newest first.</summary>
    Task<IReadOnlyList<AlertFiring>> HistoryAsync(Guid userId, Guid alertId, long beforeSequence, int limit, CancellationToken cancellation = default);
}

public sealed class AlertStore(PostgresDatabase database) : IAlertStore
{
    private const string Select = "SELECT id, definition, state, created_at FROM alerts";
    private const int ActivePage = 10_000;

    public Task SaveAsync(AlertDefinition definition, AlertState state, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            INSERT INTO alerts AS a (id, user_id, symbol, status, definition, state, firings, version, created_at, updated_at, expires_at)
            VALUES (@Id, @UserId, @Symbol, @status, @definition::jsonb, @state::jsonb, @FireCount, 1, @CreatedAt, @at, @ExpiresAt)
            ON CONFLICT (id) DO UPDATE SET symbol = excluded.symbol, status = excluded.status, definition = excluded.definition, state = excluded.state,
                version = a.version + 1, updated_at = excluded.updated_at, expires_at = excluded.expires_at
            WHERE a.user_id = excluded.user_id
            """.With(new
        {
            definition.Id,
            definition.UserId,
            definition.Symbol,
            status = StoredEnum<AlertStatus>.Name(state.Status),
            definition = Statements.Json(definition),
            state = Statements.Json(state),
            state.FireCount,
            definition.CreatedAt,
            at,
            definition.ExpiresAt,
        }, cancellation)), cancellation);

    public Task<StoredAlert?> FindAsync(Guid userId, Guid alertId, CancellationToken cancellation = default) => database.AsUserAsync(userId, async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE id = @alertId AND user_id = @userId AND deleted_at IS NULL"
            .With(new { alertId, userId }, cancellation)))?.ToAlert(), cancellation);

    public Task<int> CountOthersAsync(Guid userId, Guid alertId, int limit, CancellationToken cancellation = default) => database.AsUserAsync(userId, connection =>
        connection.ExecuteScalarAsync<int>("""
            SELECT count(*) FROM (
                SELECT FROM alerts WHERE user_id = @userId AND id <> @alertId AND deleted_at IS NULL AND status IN ('active', 'paused') LIMIT @limit) AS others
            """.With(new { userId, alertId, limit }, cancellation)), cancellation);

    public Task<Page<StoredAlert>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        return database.AsUserAsync(userId, async connection =>
        {
            var rows = PageKey.Cut((await connection.QueryAsync<Row>($"""
                {Select} WHERE user_id = @userId AND deleted_at IS NULL AND (created_at, id) < (@At, @Id) ORDER BY created_at DESC, id DESC LIMIT @limit
                """.With(new { userId, after.At, after.Id, limit = page.Limit + 1 }, cancellation))).AsList(), page, row => new PageKey(row.CreatedAt, row.Id));
            return new Page<StoredAlert>([.. rows.Items.Select(row => row.ToAlert())], rows.Next);
        }, cancellation);
    }

    public Task<StoredAlert?> GetAsync(Guid alertId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE id = @alertId AND deleted_at IS NULL".With(new { alertId }, cancellation)))?.ToAlert(), cancellation);

    public async IAsyncEnumerable<StoredAlert> ActiveAsync(string symbol, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var after = Guid.Empty;
        while (true)
        {
            var page = await database.UseAsync(async connection => (await connection.QueryAsync<Row>($"""
                {Select} WHERE symbol = @symbol AND status = 'active' AND deleted_at IS NULL AND id > @after ORDER BY id LIMIT @limit
                """.With(new { symbol, after, limit = ActivePage }, cancellation))).AsList(), cancellation);
            foreach (var row in page) yield return row.ToAlert();
            if (page.Count < ActivePage) yield break;
            after = page[^1].Id;
        }
    }

    public Task DeleteAsync(Guid alertId, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("UPDATE alerts SET deleted_at = @at, updated_at = @at WHERE id = @alertId AND deleted_at IS NULL"
            .With(new { alertId, at }, cancellation)), cancellation);

    public Task<FiringRecorded?> RecordFiringAsync(FiringRecord record, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection =>
        {
            var firing = record.Firing;
            var isNew = await connection.ExecuteAsync("""
                INSERT INTO alert_firings (alert_id, firing_no, symbol, price, level, at, message)
                SELECT id, @Sequence, @Symbol, @Price, @Level, @Time, @Message FROM alerts WHERE id = @AlertId AND deleted_at IS NULL
                ON CONFLICT (alert_id, firing_no) DO NOTHING
                """.With(firing, cancellation)) == 1;
            if (!isNew) return null;
            await connection.ExecuteAsync("""
                UPDATE alerts SET state = @state::jsonb, status = @status, firings = @Sequence, updated_at = @at WHERE id = @AlertId AND firings < @Sequence
                """.With(new { firing.AlertId, firing.Sequence, state = Statements.Json(record.After), status = StoredEnum<AlertStatus>.Name(record.After.Status), at }, cancellation));
            var seq = record.NotificationJson is { } json
                ? await NotificationStore.AddAsync(connection, record.UserId, "alertTriggered", json, at, cancellation)
                : (long?)null;
            foreach (var message in record.Outbox) await OutboxStore.AddAsync(connection, message, at, cancellation);
            return new FiringRecorded(seq);
        }, cancellation);

    public Task SaveStatesAsync(IReadOnlyList<(Guid AlertId, AlertState State)> states, DateTimeOffset at, CancellationToken cancellation = default)
    {
        if (states.Count == 0) return Task.CompletedTask;
        return database.UseAsync(async connection =>
        {
            await using var update = new NpgsqlCommand("""
                UPDATE alerts a SET state = u.state, status = u.status, updated_at = $5
                FROM unnest($1::uuid[], $2::jsonb[], $3::text[], $4::int8[]) AS u(id, state, status, firings)
                WHERE a.id = u.id AND a.firings = u.firings AND a.status = 'active' AND a.deleted_at IS NULL
                """, connection);
            update.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. states.Select(row => row.AlertId)] });
            update.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. states.Select(row => Statements.Json(row.State))], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
            update.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. states.Select(row => StoredEnum<AlertStatus>.Name(row.State.Status))] });
            update.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. states.Select(row => row.State.FireCount)] });
            update.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
            return await update.ExecuteNonQueryAsync(cancellation);
        }, cancellation);
    }

    public Task<IReadOnlyList<AlertFiring>> HistoryAsync(Guid userId, Guid alertId, long beforeSequence, int limit, CancellationToken cancellation = default) =>
        database.AsUserAsync<IReadOnlyList<AlertFiring>>(userId, async connection => await connection.ListAsync("""
            SELECT alert_id, firing_no, symbol, price, level, at, message FROM alert_firings WHERE alert_id = @alert AND firing_no < @before ORDER BY firing_no DESC LIMIT @limit
            """, row => new AlertFiring(row.Id("alert_id"), row.GetInt64(row.GetOrdinal("firing_no")), row.Text("symbol"), row.Number("price"), row.Time("at"),
                row.ValueOrNull<decimal>("level") ?? 0m, row.TextOrNull("message") ?? ""), cancellation,
            RowReading.Parameter("alert", alertId), RowReading.Parameter("before", beforeSequence), RowReading.Parameter("limit", Math.Clamp(limit, 1, PageRequest.LimitMax))), cancellation);

    private sealed record Row
    {
        public Guid Id { get; init; }
        public string Definition { get; init; } = "";
        public string State { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }

        public StoredAlert ToAlert() => new(Statements.FromJson<AlertDefinition>(Definition), Statements.FromJson<AlertState>(State));
    }
}
