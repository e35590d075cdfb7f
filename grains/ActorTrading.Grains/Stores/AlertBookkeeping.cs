using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;

namespace ActorTrading.Grains;

/// <summary>Alerts, their firings, and what a firing sends.</summary>
public sealed class AlertBookkeeping(PostgresDatabase database, TimeProvider clock) : IAlertBookkeeping
{
    private const int PageSize = 10_000;

    public Task<AlertView?> LoadAsync(Guid alertId, CancellationToken cancellation) => database.UseAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "SELECT id, definition::text AS definition, state::text AS state FROM alerts WHERE id = @alertId AND deleted_at IS NULL",
            new { alertId }, cancellationToken: cancellation)))?.ToView(), cancellation);

    public async IAsyncEnumerable<AlertView> ActiveAsync(string symbol, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = Guid.Empty;
        while (true)
        {
            var page = await database.UseAsync(async connection => (await connection.QueryAsync<Row>(new CommandDefinition(
                """
                SELECT id, definition::text AS definition, state::text AS state FROM alerts
                WHERE symbol = @symbol AND status = 'active' AND deleted_at IS NULL AND id > @after ORDER BY id LIMIT @PageSize
                """, new { symbol, after, PageSize }, cancellationToken: cancellation))).ToList(), cancellation);
            foreach (var row in page)
            {
                yield return row.ToView();
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Id;
        }
    }

    public Task SaveAsync(AlertView alert) => Execute(
        """
        INSERT INTO alerts (id, user_id, symbol, status, definition, state, firings, version, created_at, updated_at, expires_at)
        VALUES (@Id, @UserId, @Symbol, @status, @definition::jsonb, @state::jsonb, @FireCount, 1, @now, @now, @ExpiresAt)
        ON CONFLICT (id) DO UPDATE SET symbol = excluded.symbol, status = excluded.status, definition = excluded.definition, state = excluded.state,
            version = alerts.version + 1, updated_at = excluded.updated_at, expires_at = excluded.expires_at
        """, new
        {
            alert.Definition.Id,
            alert.Definition.UserId,
            alert.Definition.Symbol,
            status = StatusOf(alert.State),
            definition = Write(alert.Definition),
            state = Write(alert.State),
            alert.State.FireCount,
            alert.Definition.ExpiresAt,
            now = clock.GetUtcNow(),
        });

    public Task DeleteAsync(Guid alertId) => Execute(
        "UPDATE alerts SET deleted_at = @now, status = 'deleted' WHERE id = @alertId AND deleted_at IS NULL", new { alertId, now = clock.GetUtcNow() });

    public Task<bool> RecordFiringAsync(AlertView after, AlertFiring firing, DateTimeOffset at) => database.TransactAsync(async connection =>
    {
        var recorded = await connection.ExecuteAsync(
            """
            INSERT INTO alert_firings (alert_id, firing_no, symbol, price, at, message) VALUES (@AlertId, @Sequence, @Symbol, @Price, @Time, @Message)
            ON CONFLICT DO NOTHING
            """, firing);
        if (recorded == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(
            "UPDATE alerts SET state = @state::jsonb, status = @status, firings = @Sequence, updated_at = @at WHERE id = @AlertId",
            new { state = Write(after.State), status = StatusOf(after.State), firing.Sequence, firing.AlertId, at });
        var payload = UserMessages.Alert(after.Definition, firing).Json;
        await connection.ExecuteAsync(
            """
            WITH head AS (
                INSERT INTO notification_heads AS h (user_id, seq) VALUES (@UserId, 1)
                ON CONFLICT (user_id) DO UPDATE SET seq = h.seq + 1 RETURNING seq)
            INSERT INTO notifications (user_id, seq, kind, payload, created_at) SELECT @UserId, seq, 'alertTriggered', @payload::jsonb, @at FROM head
            """, new { after.Definition.UserId, payload, at });
        foreach (var message in AlertDeliveries.Of(after.Definition, firing))
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO outbox (id, kind, payload, due_at, created_at) VALUES (@Id, @Kind, @Payload::jsonb, @DueAt, @at) ON CONFLICT DO NOTHING
                """, new { message.Id, message.Kind, message.Payload, message.DueAt, at });
        }

        return true;
    });

    // A state that counts more firings than are recorded waits for their record: written early, a crash would lose the firing.
    public Task SaveStatesAsync(IReadOnlyList<(Guid AlertId, AlertState State)> states) => Execute(
        """
        UPDATE alerts a SET state = s.state::jsonb, status = s.status
        FROM unnest(@ids, @states, @statuses, @counts) AS s (id, state, status, fire_count)
        WHERE a.id = s.id AND a.firings = s.fire_count AND a.status = 'active' AND a.deleted_at IS NULL
        """, new
        {
            ids = states.Select(s => s.AlertId).ToArray(),
            states = states.Select(s => Write(s.State)).ToArray(),
            statuses = states.Select(s => StatusOf(s.State)).ToArray(),
            counts = states.Select(s => s.State.FireCount).ToArray(),
        });

    private Task Execute(string sql, object arguments) => database.UseAsync(connection => connection.ExecuteAsync(sql, arguments));

    private static string StatusOf(AlertState state) => JsonNamingPolicy.CamelCase.ConvertName(state.Status.ToString());

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, DomainJson.Options);

    private sealed record Row
    {
        public Guid Id { get; init; }
        public string Definition { get; init; } = "";
        public string State { get; init; } = "";

        public AlertView ToView() => new(
            JsonSerializer.Deserialize<AlertDefinition>(Definition, DomainJson.Options)!,
            JsonSerializer.Deserialize<AlertState>(State, DomainJson.Options)!);
    }
}
