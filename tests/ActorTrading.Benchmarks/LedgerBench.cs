using System.Diagnostics;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Npgsql;

namespace ActorTrading.Benchmarks;

/// <summary>The ledger writer alone, without grains: how many filled market orders become durable per second, and how long each waits.</summary>
public sealed class LedgerBench : IBench
{
    public string Name => "ledger";

    public string What => "durable orders/s of the ledger writer alone by concurrent accounts (orders=40000 each), and a burst of one mirrored order to burst=10000 followers";

    public async Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var orders = settings.Count("orders", 40_000);
        var burst = settings.Count("burst", 10_000);
        await using var server = await TemporaryPostgres.StartAsync();
        var options = new PostgresOptions { ConnectionString = server.Server.ConnectionString("bench") };
        await Migrator.RunAsync(options);
        await using var writer = new LedgerWriter(options, TimeProvider.System);
        // Compiled code and a warm cache: the first seconds measure neither the writer nor the database.
        await SteadyAsync(options, writer, 1_000, orders);

        var measurements = new List<Measurement>();
        foreach (var accounts in (int[])[1, 10, 100, 1_000])
            measurements.Add(await SteadyAsync(options, writer, accounts, accounts == 1 ? Math.Min(orders, 5_000) : orders));
        var bursts = new List<double>();
        for (var round = 0; round < 5; round++) bursts.Add(await BurstAsync(options, writer, burst));
        bursts.Sort();
        measurements.Add(new Measurement($"burst of {burst}", burst / bursts[bursts.Count / 2] * 1_000, null, null,
            new Dictionary<string, double> { ["median_ms"] = bursts[bursts.Count / 2], ["best_ms"] = bursts[0], ["worst_ms"] = bursts[^1] }));
        return new BenchReport(Name, measurements);
    }

    private static async Task<Measurement> SteadyAsync(PostgresOptions options, LedgerWriter writer, int accounts, int orders)
    {
        var all = await OpenAsync(options, writer, accounts);
        var each = Math.Max(1, orders / accounts);
        var recorders = all.Select(_ => new LatencyRecorder(each)).ToArray();
        var transactions = await ScalarAsync(options, "SELECT count(*) FROM ledger_commits");
        var bytes = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(all.Select((account, index) => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var append = account.Buy(null);
                var sent = Stopwatch.GetTimestamp();
                await writer.AppendAsync(append);
                recorders[index].Record(Stopwatch.GetTimestamp() - sent);
                account.State = append.Changes.Account;
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        bytes = GC.GetTotalAllocatedBytes() - bytes;
        transactions = await ScalarAsync(options, "SELECT count(*) FROM ledger_commits") - transactions;
        double made = each * accounts;
        return new Measurement($"accounts {accounts}", made / elapsed, LatencyRecorder.Summarise(recorders), bytes / made,
            new Dictionary<string, double> { ["orders_per_transaction"] = made / transactions });
    }

    private static async Task<double> BurstAsync(PostgresOptions options, LedgerWriter writer, int followers)
    {
        var all = await OpenAsync(options, writer, followers);
        var leader = Guid.CreateVersion7();
        var appends = all.Select(account => account.Buy(new CopyOrigin(Guid.CreateVersion7(), leader, 3, Guid.CreateVersion7(), null))).ToList();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(appends.Select(append => writer.AppendAsync(append)));
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<List<BenchAccount>> OpenAsync(PostgresOptions options, LedgerWriter writer, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync();
        await using var make = new NpgsqlCommand("""
            WITH owner AS (INSERT INTO users (id, username, email, password_hash, created_at, updated_at)
                VALUES ($1, $1::text, $1::text || '@example.com', '', now(), now()) RETURNING id)
            INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, created_at, updated_at)
            SELECT a, owner.id, 'bench', 'paper', 'hedging', 'USD', 100, now(), now() FROM owner, unnest($2::uuid[]) a
            """, connection) { Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = ids } } };
        await make.ExecuteNonQueryAsync();
        var all = ids.Select(id => new BenchAccount(id)).ToList();
        await Task.WhenAll(all.Select(async account =>
        {
            var open = account.Open();
            await writer.AppendAsync(open);
            account.State = open.Changes.Account;
        }));
        return all;
    }

    private static async Task<long> ScalarAsync(PostgresOptions options, string sql)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync();
        await using var query = new NpgsqlCommand(sql, connection);
        return (long)(await query.ExecuteScalarAsync())!;
    }

    private sealed class BenchAccount(Guid id)
    {
        private int orders;

        public AccountState State { get; set; } = AccountState.Empty;

        public LedgerAppend Open() => Next(TimeProvider.System.GetUtcNow(),
            new AccountOpened(Guid.Empty, "bench", AccountKind.Paper, PositionMode.Hedging, "USD", 100),
            new BalanceAdjusted(100_000m, BalanceReason.Deposit, "bench"));

        public LedgerAppend Buy(CopyOrigin? copy)
        {
            var now = TimeProvider.System.GetUtcNow();
            var order = new Order
            {
                Id = Guid.CreateVersion7(), ClientOrderId = $"bench-{++orders}", Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = 0.10m,
                StopLoss = 1.09000m, TakeProfit = 1.12000m, Status = OrderStatus.Submitted, CreatedAt = now, UpdatedAt = now, Copy = copy,
            };
            var deal = new Deal
            {
                Id = Guid.CreateVersion7(), OrderId = order.Id, PositionId = order.Id, Symbol = order.Symbol, Side = order.Side, Entry = DealEntry.In,
                Volume = order.Volume, Price = 1.10005m, Commission = -0.35m, Time = now,
            };
            return copy is null
                ? Next(now, new OrderSubmitted(order), new DealExecuted(deal))
                : Next(now, new CopyDecided(copy.LinkId, copy.LeaderAccountId, copy.LeaderSeq, CopyOutcome.Copied, null, null, [order.Id], now),
                    new OrderSubmitted(order), new DealExecuted(deal));
        }

        private LedgerAppend Next(DateTimeOffset at, params LedgerEvent[] events)
        {
            var entries = AccountProjection.Entries(id, State.Seq, events, at);
            var (_, changes) = AccountProjection.Fold(State, entries);
            return new LedgerAppend { AccountId = id, ExpectedSeq = State.Seq, Entries = entries, Changes = changes };
        }
    }
}
