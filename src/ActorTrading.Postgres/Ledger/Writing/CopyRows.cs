using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>A follower's decisions. No update on conflict: a second decision on the same leader entry must fail.</summary>
internal sealed class CopyRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> linkId, leaderAccountId, accountId;
    private readonly Column<long> leaderSeq, accountSeq;
    private readonly Column<string?> outcome, reason, detail, orderIds;
    private readonly Column<DateTime> leaderAt, decidedAt;
    private readonly Column<DateTime?> leaderCommittedAt;
    private readonly string sql;

    public CopyRows()
    {
        linkId = rows.Id("link_id");
        leaderSeq = rows.Long("leader_seq");
        leaderAccountId = rows.Id("leader_account_id");
        accountId = rows.Id("account_id");
        accountSeq = rows.Long("account_seq");
        outcome = rows.Text("outcome");
        reason = rows.Text("reason");
        detail = rows.Text("detail");
        // Arrays of arrays would all need one length, so each row's list travels as its text.
        orderIds = rows.Add<string?>("order_ids", "text", NpgsqlTypes.NpgsqlDbType.Text, "::uuid[]");
        leaderAt = rows.Time("leader_at");
        leaderCommittedAt = rows.TimeOrNull("leader_committed_at");
        decidedAt = rows.Time("decided_at");
        sql = rows.Insert("copy_executions");
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(Guid account, CopyDecision copy)
    {
        var decided = copy.Decided;
        linkId.Add(decided.LinkId);
        leaderSeq.Add(decided.LeaderSeq);
        leaderAccountId.Add(decided.LeaderAccountId);
        accountId.Add(account);
        accountSeq.Add(copy.Seq);
        outcome.Add(StoredEnum<CopyOutcome>.Name(decided.Outcome));
        reason.Add(decided.Reason);
        detail.Add(decided.Detail);
        orderIds.Add(decided.OrderIds.Count == 0 ? "{}" : $"{{{string.Join(',', decided.OrderIds)}}}");
        leaderAt.Add(decided.LeaderAt.UtcDateTime);
        leaderCommittedAt.Add(decided.LeaderCommittedAt?.UtcDateTime);
        decidedAt.Add(copy.At.UtcDateTime);
        rows.EndRow();
    }
}

internal sealed class CopyLatencyRows
{
    private readonly RowSet rows = new();
    private readonly Column<Guid> linkId;
    private readonly Column<long> leaderSeq;
    private readonly Column<long?> leaderTerminal, followerTerminal;
    private readonly string sql;

    public CopyLatencyRows()
    {
        linkId = rows.Id("link_id");
        leaderSeq = rows.Long("leader_seq");
        leaderTerminal = rows.LongOrNull("leader_terminal_us");
        followerTerminal = rows.LongOrNull("follower_terminal_us");
        sql = $"""
            UPDATE copy_executions c SET leader_terminal_us = coalesce(u.leader_terminal_us, c.leader_terminal_us),
                follower_terminal_us = coalesce(u.follower_terminal_us, c.follower_terminal_us)
            FROM {rows.Unnest()} WHERE {RowSet.ByKey("c.link_id", "u.link_id")} AND c.leader_seq = u.leader_seq
            """;
    }

    public RowSet Set => rows;

    public NpgsqlBatchCommand Command() => rows.Command(sql);

    public void Add(CopyLatency latency)
    {
        linkId.Add(latency.LinkId);
        leaderSeq.Add(latency.LeaderSeq);
        leaderTerminal.Add(Microseconds(latency.LeaderTerminal));
        followerTerminal.Add(Microseconds(latency.FollowerTerminal));
        rows.EndRow();
    }

    private static long? Microseconds(TimeSpan? span) => span is { } time ? (long)time.TotalMicroseconds : null;
}
