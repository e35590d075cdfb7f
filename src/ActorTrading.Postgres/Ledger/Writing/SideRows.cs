using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Postgres.Ledger.Writing;

internal sealed class OutboxRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> id;
    private readonly Column<string?> kind, payload;
    private readonly Column<DateTime> dueAt, createdAt;
    private readonly string sql;

    public OutboxRows()
    {
        id = rows.Id("id");
        kind = rows.Text("kind");
        payload = rows.Add<string?>("payload", "jsonb", NpgsqlDbType.Jsonb);
        dueAt = rows.Time("due_at");
        createdAt = rows.Time("created_at");
        sql = rows.Insert("outbox") + " ON CONFLICT (id) DO NOTHING";
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(OutboxMessage message, DateTimeOffset at)
    {
        id.Add(message.Id);
        kind.Add(message.Kind);
        payload.Add(message.Payload);
        dueAt.Add(message.DueAt.UtcDateTime);
        createdAt.Add(at.UtcDateTime);
        rows.EndRow();
    }
}

internal sealed class IdempotencyRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> userId;
    private readonly Column<string?> key;
    private readonly Column<byte[]> bodyHash, response;
    private readonly Column<long> status;
    private readonly Column<DateTime> claimedUntil, createdAt;
    private readonly string sql;

    public IdempotencyRows()
    {
        userId = rows.Id("user_id");
        key = rows.Text("key");
        bodyHash = rows.Add<byte[]>("body_hash", "bytea", NpgsqlDbType.Bytea);
        status = rows.Add<long>("status", "int8", NpgsqlDbType.Bigint, "::int4");
        response = rows.Add<byte[]>("response", "bytea", NpgsqlDbType.Bytea);
        claimedUntil = rows.Time("claimed_until");
        createdAt = rows.Time("created_at");
        sql = rows.Insert("idempotency_keys") +
            " ON CONFLICT (user_id, key) DO UPDATE SET status = excluded.status, response = excluded.response" +
            " WHERE idempotency_keys.status IS NULL AND idempotency_keys.body_hash = excluded.body_hash";
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(IdempotentAnswer answer, DateTimeOffset at)
    {
        userId.Add(answer.UserId);
        key.Add(answer.Key);
        bodyHash.Add(answer.BodyHash);
        status.Add(answer.Status);
        response.Add(answer.Response);
        claimedUntil.Add(at.UtcDateTime);
        createdAt.Add(at.UtcDateTime);
        rows.EndRow();
    }
}
