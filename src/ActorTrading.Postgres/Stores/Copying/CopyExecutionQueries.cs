using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ActorTrading.Domain;
using Dapper;

namespace ActorTrading.Postgres;

/// <summary>What a follower did about one leader entry, and where the time went.</summary>
public sealed record CopyExecution
{
    public required Guid LinkId { get; init; }
    public required long LeaderSeq { get; init; }
    public required Guid LeaderAccountId { get; init; }
    public required Guid AccountId { get; init; }

    /// <summary>The decision's entry in the follower's ledger.</summary>
    public required long AccountSeq { get; init; }
    public required CopyOutcome Outcome { get; init; }
    public string? Reason { get; init; }
    public string? Detail { get; init; }
    public Guid[] OrderIds { get; init; } = [];
    public required DateTimeOffset LeaderAt { get; init; }

    /// <summary>When the leader's entry was durable; null where it was copied long after.</summary>
    public DateTimeOffset? LeaderCommittedAt { get; init; }
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>Microseconds until the leader's terminal had told us; null without one.</summary>
    public long? LeaderTerminalUs { get; init; }

    /// <summary>Microseconds from the leader's entry until the follower's decision.</summary>
    public long OursUs => (long)(DecidedAt - (LeaderCommittedAt ?? LeaderAt)).TotalMicroseconds;

    /// <summary>Microseconds until the follower's terminal had filled; null without one.</summary>
    public long? FollowerTerminalUs { get; init; }
}

public interface ICopyExecutionQueries
{
    /// <summary>The decisions of a user's link, newest leader entry first.</summary>
    Task<Page<CopyExecution>> ListAsync(Guid userId, Guid linkId, PageRequest page, CancellationToken cancellation = default);

    /// <summary>The decision on one leader entry; null where there is none yet.</summary>
    Task<CopyExecution?> FindAsync(Guid linkId, long leaderSeq, CancellationToken cancellation = default);
}

public sealed class CopyExecutionQueries(PostgresDatabase database) : ICopyExecutionQueries
{
    private const string Columns = """
        link_id, leader_seq, leader_account_id, account_id, account_seq, outcome, reason, detail, order_ids, leader_at, leader_committed_at, decided_at,
        leader_terminal_us, follower_terminal_us
        """;

    public Task<Page<CopyExecution>> ListAsync(Guid userId, Guid linkId, PageRequest page, CancellationToken cancellation = default)
    {
        if (page.Limit is < 1 or > PageRequest.LimitMax)
            throw new ArgumentOutOfRangeException(nameof(page), page.Limit, $"A page holds 1 to {PageRequest.LimitMax} items.");
        var before = page.Cursor is null ? long.MaxValue : Decode(page.Cursor);
        return database.AsUserAsync(userId, async connection =>
        {
            var rows = (await connection.QueryAsync<CopyExecution>(
                $"SELECT {Columns} FROM copy_executions WHERE link_id = @linkId AND leader_seq < @before ORDER BY leader_seq DESC LIMIT @limit"
                    .With(new { linkId, before, limit = page.Limit + 1 }, cancellation))).AsList();
            if (rows.Count <= page.Limit) return new Page<CopyExecution>(rows, null);
            rows.RemoveAt(rows.Count - 1);
            return new Page<CopyExecution>(rows, Base64Url.EncodeToString(Encoding.ASCII.GetBytes(rows[^1].LeaderSeq.ToString(CultureInfo.InvariantCulture))));
        }, cancellation);
    }

    public Task<CopyExecution?> FindAsync(Guid linkId, long leaderSeq, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<CopyExecution>($"SELECT {Columns} FROM copy_executions WHERE link_id = @linkId AND leader_seq = @leaderSeq"
            .With(new { linkId, leaderSeq }, cancellation)), cancellation);

    private static long Decode(string cursor)
    {
        Span<byte> bytes = stackalloc byte[32];
        return cursor.Length <= 32 && Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out var length) && long.TryParse(bytes[..length], CultureInfo.InvariantCulture, out var seq)
            ? seq : throw new InvalidCursorException(cursor);
    }
}
