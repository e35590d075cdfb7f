using System.Diagnostics;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Npgsql;

namespace ActorTrading.Benchmarks;

/// <summary>The ledger writer alone, without grains: how many filled market orders become durable per second, and how long each waits.</summary>
public static class OrdersStoreBench
{
    /// <param name="Accounts">Accounts that place orders at once, each waiting for its answer before the next one.</param>
    /// <param name="OrdersPerSecond">Durable orders: two ledger events, an order, a position, a trade and the account's state each.</param>
    public sealed record Result(int Accounts, int Orders, double OrdersPerSecond, double P50Ms, double P99Ms, double MaxMs, long Transactions);

    /// <summary>One line per number of accounts, then a burst: one mirrored order to each of <paramref name="burst"/> followers, all at once.</summary>
    public static async Task<(IReadOnlyList<Result> Steady, double BurstMs)> RunAsync(int[] accountCounts, int ordersEach, int burst)
    {
        await using var server = await TemporaryPostgres.StartAsync();
        var options = new PostgresOptions { ConnectionString = server.Server.ConnectionString("bench") };
        await Migrator.RunAsync(options);
        await using var writer = new LedgerWriter(options, TimeProvider.System);
        await SteadyAsync(options, writer, 200, 20);

        var steady = new List<Result>();
        foreach (var accounts in accountCounts)
            steady.Add(await SteadyAsync(options, writer, accounts, Math.Max(10, ordersEach / accounts)));
        await BurstAsync(options, writer, burst);
        var burstMs = double.MaxValue;
        for (var round = 0; round < 3; round++) burstMs = Math.Min(burstMs, await BurstAsync(options, writer, burst));
        return (steady, burstMs);
    }

    private static async Task<Result> SteadyAsync(PostgresOptions options, LedgerWriter writer, int accounts, int orders)
    {
        var all = await OpenAsync(options, writer, accounts);
        var waits = new double[accounts * orders];
        var before = await ScalarAsync(options, "SELECT count(*) FROM ledger_commits");
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(all.Select((account, index) => Task.Run(async () =>
        {
            for (var i = 0; i < orders; i++)
            {
                var append = account.Buy(null);
                var sent = Stopwatch.GetTimestamp();
                await writer.AppendAsync(append);
                waits[index * orders + i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                account.State = append.Changes.Account;
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Array.Sort(waits);
        return new Result(accounts, waits.Length, waits.Length / elapsed, waits[waits.Length / 2], waits[waits.Length * 99 / 100], waits[^1],
            await ScalarAsync(options, "SELECT count(*) FROM ledger_commits") - before);
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
