using ActorTrading.Domain;
using ActorTrading.Postgres.Ledger.Writing;
using Dapper;
using Npgsql;

namespace ActorTrading.Postgres;

public sealed record StoredLink
{
    public required Guid Id { get; init; }

    /// <summary>The follower account's owner.</summary>
    public required Guid UserId { get; init; }
    public required Guid LeaderAccountId { get; init; }
    public required Guid FollowerAccountId { get; init; }
    public required LinkSettings Settings { get; init; }
    public LinkRiskState Risk { get; init; } = LinkRiskState.Empty;

    /// <summary><c>active</c>, <c>paused</c> (opens nothing new), <c>closing</c> (opens nothing new, until it holds nothing) or <c>removed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The leader's last entry before the link began.</summary>
    public required long StartSeq { get; init; }

    /// <summary>The last leader entry that the follower has decided; <see cref="StartSeq"/> before the first.</summary>
    public long DecidedSeq { get; init; }

    /// <summary>Whether the follower has decided anything at <see cref="StartSeq"/> or after it.</summary>
    public bool Begun { get; init; }
    public int Version { get; init; } = 1;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? RemovedAt { get; init; }
}

/// <summary>There is a link between these accounts already.</summary>
public sealed class LinkExistsException(Guid leader, Guid follower) : Exception($"Account {follower} follows account {leader} already.");

public interface ILinkStore
{
    /// <exception cref="LinkExistsException"/>
    Task CreateAsync(StoredLink link, CancellationToken cancellation = default);

    /// <summary>The user's link; null where there is none or it is another user's.</summary>
    Task<StoredLink?> FindAsync(Guid userId, Guid linkId, CancellationToken cancellation = default);

    /// <summary>The user's links that are not removed, newest first.</summary>
    Task<Page<StoredLink>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default);

    Task<StoredLink?> GetAsync(Guid linkId, CancellationToken cancellation = default);

    /// <summary>The leader's links that decide: those that are not removed.</summary>
    Task<IReadOnlyList<StoredLink>> OfLeaderAsync(Guid leaderAccountId, CancellationToken cancellation = default);

    /// <summary>Links into a follower account that are not removed.</summary>
    Task<IReadOnlyList<StoredLink>> OfFollowerAsync(Guid followerAccountId, CancellationToken cancellation = default);

    /// <summary>Changes the given version of a link; false where somebody has changed it since.</summary>
    Task<bool> UpdateAsync(Guid linkId, LinkSettings settings, string status, int fromVersion, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>How a link ends or has ended; null for one that goes on.</summary>
    Task<(LinkSettings Settings, bool Removed)?> EndingAsync(Guid linkId, CancellationToken cancellation = default);

    /// <summary>Ends a link at once, or (<paramref name="closing"/>) lets it go on with settings that open nothing new. One that has ended stays as it is.</summary>
    Task EndAsync(Guid linkId, bool closing, LinkSettings settings, DateTimeOffset at, CancellationToken cancellation = default);

    Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation = default);

    /// <summary>Saves the state of a link that was stopped, with a notification for its user; the user, or null where this stop is known already.</summary>
    /// <param name="json">The notification's payload, a JSON object.</param>
    Task<Guid?> SaveStopAsync(Guid linkId, LinkRiskState risk, string json, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class LinkStore(PostgresDatabase database) : ILinkStore
{
    /// <summary>Of one statement.</summary>
    private const int RisksMax = 500;

    // Every link that watches its losses has one every few seconds: each in a commit of its own, they would have the disk to themselves.
    private readonly GatheredWrites<(Guid LinkId, string Json)> risks = new(some => SaveRisksAsync(database, some), RisksMax);

    private const string Select = """
        SELECT l.id, l.user_id, l.leader_account_id, l.follower_account_id, l.settings, l.risk, l.status, l.start_seq, l.version, l.created_at, l.updated_at, l.removed_at,
            greatest(l.start_seq, coalesce((SELECT max(e.leader_seq) FROM copy_executions e WHERE e.link_id = l.id), 0)) AS decided_seq,
            EXISTS (SELECT FROM copy_executions e WHERE e.link_id = l.id AND e.leader_seq >= l.start_seq) AS begun
        FROM copy_links l
        """;

    public Task CreateAsync(StoredLink link, CancellationToken cancellation = default) => database.UseAsync(async connection =>
    {
        try
        {
            return await connection.ExecuteAsync("""
                INSERT INTO copy_links (id, user_id, leader_account_id, follower_account_id, settings, risk, status, start_seq, version, created_at, updated_at)
                VALUES (@Id, @UserId, @LeaderAccountId, @FollowerAccountId, @settings::jsonb, @risk::jsonb, @Status, @StartSeq, 1, @CreatedAt, @CreatedAt)
                """.With(new
            {
                link.Id,
                link.UserId,
                link.LeaderAccountId,
                link.FollowerAccountId,
                settings = Statements.Json(link.Settings),
                risk = Statements.Json(link.Risk),
                link.Status,
                link.StartSeq,
                link.CreatedAt,
            }, cancellation));
        }
        catch (PostgresException error) when (Faults.IsUniqueViolation(error, "copy_links_pair"))
        {
            throw new LinkExistsException(link.LeaderAccountId, link.FollowerAccountId);
        }
    }, cancellation);

    public Task<StoredLink?> FindAsync(Guid userId, Guid linkId, CancellationToken cancellation = default) => database.AsUserAsync(userId, async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE l.id = @linkId AND l.user_id = @userId".With(new { linkId, userId }, cancellation)))?.ToLink(), cancellation);

    public Task<Page<StoredLink>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        return database.AsUserAsync(userId, async connection => PageKey.Cut((await connection.QueryAsync<Row>($"""
            {Select} WHERE l.user_id = @userId AND l.removed_at IS NULL AND (l.created_at, l.id) < (@At, @Id) ORDER BY l.created_at DESC, l.id DESC LIMIT @limit
            """.With(new { userId, after.At, after.Id, limit = page.Limit + 1 }, cancellation))).Select(row => row.ToLink()).ToList(),
            page, link => new PageKey(link.CreatedAt, link.Id)), cancellation);
    }

    public Task<StoredLink?> GetAsync(Guid linkId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE l.id = @linkId".With(new { linkId }, cancellation)))?.ToLink(), cancellation);

    public Task<IReadOnlyList<StoredLink>> OfLeaderAsync(Guid leaderAccountId, CancellationToken cancellation = default) =>
        SystemListAsync("l.leader_account_id = @leaderAccountId AND l.removed_at IS NULL", new { leaderAccountId }, cancellation);

    public Task<IReadOnlyList<StoredLink>> OfFollowerAsync(Guid followerAccountId, CancellationToken cancellation = default) =>
        SystemListAsync("l.follower_account_id = @followerAccountId AND l.removed_at IS NULL", new { followerAccountId }, cancellation);

    public Task<bool> UpdateAsync(Guid linkId, LinkSettings settings, string status, int fromVersion, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(async connection => await connection.ExecuteAsync("""
            UPDATE copy_links SET settings = @json::jsonb, status = @status, version = version + 1, updated_at = @at
            WHERE id = @linkId AND version = @fromVersion AND removed_at IS NULL
            """.With(new { linkId, json = Statements.Json(settings), status, fromVersion, at }, cancellation)) == 1, cancellation);

    public Task<(LinkSettings Settings, bool Removed)?> EndingAsync(Guid linkId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<Ending>("SELECT settings, removed_at IS NOT NULL AS removed FROM copy_links WHERE id = @linkId AND status IN ('closing', 'removed')"
            .With(new { linkId }, cancellation)) is { } ending ? (Statements.FromJson<LinkSettings>(ending.Settings), ending.Removed) : ((LinkSettings, bool)?)null, cancellation);

    public Task EndAsync(Guid linkId, bool closing, LinkSettings settings, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            UPDATE copy_links SET status = CASE WHEN @closing THEN 'closing' ELSE 'removed' END, settings = @json::jsonb, version = version + 1, updated_at = @at,
                removed_at = CASE WHEN @closing THEN removed_at ELSE @at END
            WHERE id = @linkId AND removed_at IS NULL
            """.With(new { linkId, closing, json = Statements.Json(settings), at }, cancellation)), cancellation);

    public Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation = default) =>
        risks.AddAsync((linkId, Statements.Json(risk))).WaitAsync(cancellation);

    public Task<Guid?> SaveStopAsync(Guid linkId, LinkRiskState risk, string json, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.TransactAsync(async connection =>
        {
            var userId = await connection.QuerySingleOrDefaultAsync<Guid?>("""
                UPDATE copy_links SET risk = @risk::jsonb WHERE id = @linkId AND coalesce((risk ->> 'stopSequence')::bigint, 0) < @StopSequence RETURNING user_id
                """.With(new { linkId, risk = Statements.Json(risk), risk.StopSequence }, cancellation));
            if (userId is { } user) await NotificationStore.AddAsync(connection, user, "linkStopped", json, at, cancellation);
            return userId;
        }, cancellation);

    private static Task SaveRisksAsync(PostgresDatabase database, IReadOnlyList<(Guid LinkId, string Json)> some)
    {
        // A statement may touch a row only once; in one order everywhere, so that two processes do not wait for one another crosswise.
        var newest = some.GroupBy(risk => risk.LinkId).Select(group => group.Last()).OrderBy(risk => risk.LinkId).ToList();
        return database.UseAsync(async connection =>
        {
            await using var save = new NpgsqlCommand($"""
                UPDATE copy_links l SET risk = u.risk::jsonb FROM unnest($1, $2) AS u (id, risk) WHERE {RowSet.ByKey("l.id", "u.id")}
                """, connection);
            save.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. newest.Select(risk => risk.LinkId)] });
            save.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. newest.Select(risk => risk.Json)] });
            return await save.ExecuteNonQueryAsync();
        }, CancellationToken.None);
    }

    private Task<IReadOnlyList<StoredLink>> SystemListAsync(string condition, object parameters, CancellationToken cancellation) =>
        database.UseAsync<IReadOnlyList<StoredLink>>(async connection =>
            (await connection.QueryAsync<Row>($"{Select} WHERE {condition} ORDER BY l.created_at, l.id".With(parameters, cancellation))).Select(row => row.ToLink()).ToList(), cancellation);

    private sealed record Ending
    {
        public string Settings { get; init; } = "";
        public bool Removed { get; init; }
    }

    private sealed record Row
    {
        public Guid Id { get; init; }
        public Guid UserId { get; init; }
        public Guid LeaderAccountId { get; init; }
        public Guid FollowerAccountId { get; init; }
        public string Settings { get; init; } = "";
        public string Risk { get; init; } = "";
        public string Status { get; init; } = "";
        public long StartSeq { get; init; }
        public long DecidedSeq { get; init; }
        public bool Begun { get; init; }
        public int Version { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset UpdatedAt { get; init; }
        public DateTimeOffset? RemovedAt { get; init; }

        public StoredLink ToLink() => new()
        {
            Id = Id,
            UserId = UserId,
            LeaderAccountId = LeaderAccountId,
            FollowerAccountId = FollowerAccountId,
            Settings = Statements.FromJson<LinkSettings>(Settings),
            Risk = Statements.FromJson<LinkRiskState>(Risk),
            Status = Status,
            StartSeq = StartSeq,
            DecidedSeq = DecidedSeq,
            Begun = Begun,
            Version = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            RemovedAt = RemovedAt,
        };
    }
}
