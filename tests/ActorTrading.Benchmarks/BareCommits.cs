using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrading.Benchmarks;

/// <summary>
/// What this machine's PostgreSQL takes when nothing is in its way: filled orders as two ledger rows and three projections (order, position,
/// account), one primary key a table, columns as arrays, two connections that each commit one batch after another. No rules, no grains, nobody
/// who waits for an answer. What the orders benchmark reaches is told as a part of it.
/// </summary>
internal static class BareCommits
{
    private const int Connections = 2;
    private const string Body = """{"order":{"id":"0196a8f4-3c2e-7a51-9d1b-2f6e8c0b7a44","symbol":"EURUSD","side":"buy","type":"market","volume":0.10,"stopLoss":1.09,"status":"filled"},"price":1.10005}""";

    private const string Tables = """
        CREATE SCHEMA bare;
        CREATE TABLE bare.accounts (id uuid PRIMARY KEY, seq bigint NOT NULL, balance numeric NOT NULL, updated_at timestamptz NOT NULL) WITH (fillfactor = 50);
        CREATE TABLE bare.ledger (account_id uuid, seq bigint, at timestamptz NOT NULL, kind text NOT NULL, body json NOT NULL, PRIMARY KEY (account_id, seq));
        CREATE TABLE bare.orders (account_id uuid, id uuid, symbol text NOT NULL, side text NOT NULL, status text NOT NULL, volume numeric NOT NULL,
            price numeric NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (account_id, id));
        CREATE TABLE bare.positions (account_id uuid, id uuid, symbol text NOT NULL, side text NOT NULL, volume numeric NOT NULL,
            price numeric NOT NULL, opened_at timestamptz NOT NULL, PRIMARY KEY (account_id, id));
        """;

    private static readonly string[] Statements =
    [
        "UPDATE bare.accounts a SET seq = u.seq, balance = u.balance, updated_at = u.at FROM (SELECT unnest($1::uuid[]) AS id, unnest($2::int8[]) AS seq, unnest($3::numeric[]) AS balance, unnest($4::timestamptz[]) AS at) u WHERE a.id = ANY (ARRAY[u.id])",
        "INSERT INTO bare.ledger SELECT unnest($1::uuid[]), unnest($2::int8[]), unnest($3::timestamptz[]), unnest($4::text[]), unnest($5::json[])",
        "INSERT INTO bare.orders SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::numeric[]), unnest($7::numeric[]), unnest($8::timestamptz[])",
        "INSERT INTO bare.positions SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::numeric[]), unnest($6::numeric[]), unnest($7::timestamptz[])",
    ];

    /// <param name="orders">How many in all, after as many as a warm-up takes.</param>
    /// <param name="perTransaction">How many accounts' orders each commit holds.</param>
    public static async Task<Measurement> MeasureAsync(string connectionString, int orders, int perTransaction)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync();
            await using var exists = new NpgsqlCommand("SELECT to_regnamespace('bare') IS NOT NULL", connection);
            if (!(bool)(await exists.ExecuteScalarAsync())!)
            {
                await using var tables = new NpgsqlCommand(Tables, connection);
                await tables.ExecuteNonQueryAsync();
            }
        }

        var each = Math.Max(1, orders / Connections / perTransaction);
        var lanes = new List<Lane>();
        for (var i = 0; i < Connections; i++) lanes.Add(await Lane.OpenAsync(connectionString, perTransaction));
        await Task.WhenAll(lanes.Select(lane => Task.Run(() => lane.CommitAsync(Math.Max(1, each / 4), null))));
        var recorders = lanes.Select(_ => new LatencyRecorder(each)).ToArray();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(lanes.Select((lane, i) => Task.Run(() => lane.CommitAsync(each, recorders[i]))));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var lane in lanes) await lane.DisposeAsync();
        return new Measurement($"PostgreSQL alone, {perTransaction} a commit", (double)each * Connections * perTransaction / seconds, LatencyRecorder.Summarise(recorders));
    }

    private sealed class Lane(NpgsqlConnection connection, Guid[] accounts) : IAsyncDisposable
    {
        private readonly long[] twice = new long[accounts.Length * 2];
        private readonly Guid[] accountsTwice = [.. accounts.SelectMany(id => (Guid[])[id, id])];
        private readonly string[] kinds = [.. accounts.SelectMany(_ => (string[])["orderSubmitted", "dealExecuted"])];
        private readonly string[] bodies = [.. accounts.SelectMany(_ => (string[])[Body, Body])];
        private long seq;

        public static async Task<Lane> OpenAsync(string connectionString, int count)
        {
            var accounts = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).Order().ToArray();
            var connection = new NpgsqlConnection(connectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2");
            await connection.OpenAsync();
            await using var open = new NpgsqlCommand("INSERT INTO bare.accounts SELECT unnest($1), 0, 0, now()", connection) { Parameters = { new() { Value = accounts } } };
            await open.ExecuteNonQueryAsync();
            return new Lane(connection, accounts);
        }

        public async Task CommitAsync(int commits, LatencyRecorder? recorder)
        {
            for (var i = 0; i < commits; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await using var batch = Build();
                await batch.ExecuteNonQueryAsync();
                recorder?.Record(Stopwatch.GetTimestamp() - began);
            }
        }

        private NpgsqlBatch Build()
        {
            var count = accounts.Length;
            var at = TimeProvider.System.GetUtcNow().UtcDateTime;
            for (var i = 0; i < count; i++) (twice[2 * i], twice[2 * i + 1]) = (seq + 1, seq + 2);
            seq += 2;
            var ids = new Guid[count];
            for (var i = 0; i < count; i++) ids[i] = Guid.CreateVersion7();
            var (ats, symbols, sides, statuses) = (Same(at, count), Same("EURUSD", count), Same("buy", count), Same("filled", count));
            var (volumes, prices) = (Same(0.10m, count), Same(1.10005m, count));
            var batch = new NpgsqlBatch(connection);
            Add(batch, 0, (accounts, NpgsqlDbType.Uuid), (Same(seq, count), NpgsqlDbType.Bigint), (Same(99_999.65m, count), NpgsqlDbType.Numeric), (ats, NpgsqlDbType.TimestampTz));
            Add(batch, 1, (accountsTwice, NpgsqlDbType.Uuid), (twice, NpgsqlDbType.Bigint), (Same(at, 2 * count), NpgsqlDbType.TimestampTz), (kinds, NpgsqlDbType.Text), (bodies, NpgsqlDbType.Json));
            Add(batch, 2, (accounts, NpgsqlDbType.Uuid), (ids, NpgsqlDbType.Uuid), (symbols, NpgsqlDbType.Text), (sides, NpgsqlDbType.Text), (statuses, NpgsqlDbType.Text),
                (volumes, NpgsqlDbType.Numeric), (prices, NpgsqlDbType.Numeric), (ats, NpgsqlDbType.TimestampTz));
            Add(batch, 3, (accounts, NpgsqlDbType.Uuid), (ids, NpgsqlDbType.Uuid), (symbols, NpgsqlDbType.Text), (sides, NpgsqlDbType.Text),
                (volumes, NpgsqlDbType.Numeric), (prices, NpgsqlDbType.Numeric), (ats, NpgsqlDbType.TimestampTz));
            return batch;
        }

        private static void Add(NpgsqlBatch batch, int statement, params (object Values, NpgsqlDbType Type)[] columns)
        {
            var command = new NpgsqlBatchCommand(Statements[statement]);
            foreach (var (values, type) in columns) command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
            batch.BatchCommands.Add(command);
        }

        private static T[] Same<T>(T value, int count)
        {
            var all = new T[count];
            Array.Fill(all, value);
            return all;
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
