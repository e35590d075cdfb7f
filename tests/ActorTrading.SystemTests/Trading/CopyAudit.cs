using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using Dapper;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>What must be true of the books after mirrored trading, whatever was killed meanwhile.</summary>
internal static class CopyAudit
{
    /// <summary>Waits until every follower has decided everything and nothing is without outcome.</summary>
    public static async Task SettledAsync(NpgsqlDataSource db, Guid leader, Guid[] followers, Func<string> tail)
    {
        var since = TimeProvider.System.GetTimestamp();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        IReadOnlyList<string> open = [];
        while (TimeProvider.System.GetElapsedTime(since) < Patience.Max)
        {
            await poll.WaitForNextTickAsync();
            await using var connection = await db.OpenConnectionAsync();
            open = [.. await connection.QueryAsync<string>(
                """
                SELECT 'order ' || account_id || ' ' || client_order_id || ' ' || status FROM orders WHERE account_id = ANY(@all) AND status = 'submitted'
                UNION ALL SELECT 'position ' || account_id || ' ' || id || ' ' || side || ' ' || volume FROM positions WHERE account_id = ANY(@all)
                UNION ALL SELECT 'undecided ' || k.follower_account_id || ' ' || l.seq || ' ' || l.kind FROM account_ledger l JOIN copy_links k ON k.leader_account_id = l.account_id
                    WHERE l.account_id = @leader AND l.seq > k.start_seq AND l.kind IN ('dealExecuted', 'positionModified', 'positionAdopted', 'orderPlaced', 'orderModified', 'orderCancelled', 'orderExpired')
                      AND NOT EXISTS (SELECT FROM copy_executions e WHERE e.link_id = k.id AND e.leader_seq = l.seq)
                """, new { all = followers.Append(leader).ToArray(), leader })];
            if (open.Count == 0)
            {
                return;
            }
        }

        throw new InvalidOperationException($"Not settled (leader {leader}, followers {string.Join(", ", followers)}):\n{string.Join('\n', open.Take(30))}\n{tail()}");
    }

    public static async Task AuditAsync(NpgsqlDataSource db, Guid leader, Guid[] followers, SimulatedTerminal[] terminals)
    {
        await using var connection = await db.OpenConnectionAsync();

        // Each leader event has exactly one decision per follower.
        var events = (await connection.QueryAsync<long>(
            "SELECT seq FROM account_ledger WHERE account_id = @leader AND kind IN ('dealExecuted', 'positionModified', 'positionAdopted', 'orderPlaced', 'orderModified', 'orderCancelled', 'orderExpired') ORDER BY seq",
            new { leader })).ToList();
        var began = await connection.QuerySingleAsync<long>("SELECT max(start_seq) FROM copy_links WHERE leader_account_id = @leader", new { leader });
        foreach (var follower in followers)
        {
            var decided = (await connection.QueryAsync<long>(
                "SELECT (body ->> 'leaderSeq')::bigint FROM account_ledger WHERE account_id = @follower AND kind = 'copyDecided' ORDER BY seq", new { follower })).ToList();
            decided.ShouldBe(events.Where(s => s > began), $"decisions of {follower}");
            (await connection.QueryAsync<long>("SELECT leader_seq FROM copy_executions WHERE account_id = @follower ORDER BY leader_seq", new { follower })).ShouldBe(decided);

            // Gapless, and what it folds to is what the projections say.
            var sequences = await connection.QuerySingleAsync<(long Count, long Max)>("SELECT count(*), max(seq) FROM account_ledger WHERE account_id = @follower", new { follower });
            sequences.Count.ShouldBe(sequences.Max);
            var submitted = await connection.QuerySingleAsync<long>("SELECT count(*) FROM account_ledger WHERE account_id = @follower AND kind = 'orderSubmitted'", new { follower });
            (await connection.QuerySingleAsync<long>("SELECT count(*) FROM orders WHERE account_id = @follower", new { follower })).ShouldBe(submitted);
            (await connection.QuerySingleAsync<long>("SELECT count(*) FROM positions WHERE account_id = @follower", new { follower })).ShouldBe(0, $"open positions of {follower}");
        }

        for (var i = 0; i < terminals.Length; i++)
        {
            // No client order id led to anything twice at the broker, and its deals are the ledger's.
            var audit = await terminals[i].GetAuditAsync();
            audit.Where(a => a.ClientOrderId.Length > 0 && a.ClientOrderId[0] != 'R').Select(a => a.ClientOrderId).ShouldBeUnique($"follower {i}:\n{string.Join('\n', audit)}");
            audit.Where(a => a.Deals.Count > 0 && a.ClientOrderId.Length > 0).Select(a => ClientOrderIds.OfAttempt(a.ClientOrderId)).ShouldBeUnique($"follower {i}:\n{string.Join('\n', audit)}");
            var atBroker = audit.Sum(a => a.Deals.Count);
            var inLedger = await connection.QuerySingleAsync<long>("SELECT count(*) FROM account_ledger WHERE account_id = @id AND kind = 'dealExecuted'", new { id = followers[i] });
            inLedger.ShouldBe(atBroker, $"deals of follower {i}");
            (await terminals[i].GetAccountAsync()).Positions.ShouldBeEmpty();
        }
    }
}
