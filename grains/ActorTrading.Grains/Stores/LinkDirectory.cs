using System.Text.Json;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;

namespace ActorTrading.Grains;

/// <summary>Follower links as leaders see them: with how far each has decided.</summary>
public sealed class LinkDirectory(PostgresDatabase database, TimeProvider clock) : ILinkDirectory
{
    private const string Select =
        """
        SELECT k.id AS link_id, k.user_id, k.settings::text AS settings, k.risk::text AS risk, k.status,
               GREATEST(k.start_seq, COALESCE((SELECT max(e.leader_seq) FROM copy_executions e WHERE e.link_id = k.id), 0)) AS decided_seq,
               k.start_seq, EXISTS (SELECT FROM copy_executions e WHERE e.link_id = k.id AND e.leader_seq >= k.start_seq) AS begun
        FROM copy_links k
        """;

    public Task<IReadOnlyList<LinkRow>> ActiveLinksAsync(Guid leaderAccountId, CancellationToken cancellation) => database.UseAsync<IReadOnlyList<LinkRow>>(
        async connection => [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            Select + " WHERE k.leader_account_id = @leaderAccountId AND k.status IN ('active', 'closing')", new { leaderAccountId }, cancellationToken: cancellation)))
            .Select(r => r.ToLink())], cancellation);

    public Task<LinkRow?> GetAsync(Guid linkId, CancellationToken cancellation) => database.UseAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            Select + " WHERE k.id = @linkId", new { linkId }, cancellationToken: cancellation)))?.ToLink(), cancellation);

    public Task SaveCursorAsync(Guid leaderAccountId, long seq, CancellationToken cancellation) => Execute(
        """
        INSERT INTO consumer_cursors (consumer, account_id, seq, updated_at) VALUES ('leader', @leaderAccountId, @seq, @now)
        ON CONFLICT (consumer, account_id) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at WHERE consumer_cursors.seq < excluded.seq
        """, new { leaderAccountId, seq, now = clock.GetUtcNow() }, cancellation);

    public Task EndAsync(Guid linkId, bool closing, LinkSettings settings, CancellationToken cancellation) => Execute(
        """
        UPDATE copy_links SET status = CASE WHEN @closing THEN 'closing' ELSE 'removed' END, settings = @settings::jsonb, version = version + 1,
            updated_at = @now, removed_at = CASE WHEN @closing THEN removed_at ELSE @now END
        WHERE id = @linkId AND removed_at IS NULL
        """, new { linkId, closing, settings = JsonSerializer.Serialize(settings, DomainJson.Options), now = clock.GetUtcNow() }, cancellation);

    public Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation) => Execute(
        "UPDATE copy_links SET risk = @risk::jsonb WHERE id = @linkId", new { linkId, risk = JsonSerializer.Serialize(risk, DomainJson.Options) }, cancellation);

    private Task Execute(string sql, object arguments, CancellationToken cancellation) => database.UseAsync(
        connection => connection.ExecuteAsync(new CommandDefinition(sql, arguments, cancellationToken: cancellation)), cancellation);

    private sealed record Row
    {
        public Guid LinkId { get; init; }
        public Guid UserId { get; init; }
        public string Settings { get; init; } = "{}";
        public string? Risk { get; init; }
        public string Status { get; init; } = "";
        public long DecidedSeq { get; init; }
        public long StartSeq { get; init; }
        public bool Begun { get; init; }

        public LinkRow ToLink() => new(LinkId, UserId, Parse<LinkSettings>(Settings), Risk is null ? LinkRiskState.Empty : Parse<LinkRiskState>(Risk),
            Status is "active" or "closing", DecidedSeq, StartSeq, Begun);

        private static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, DomainJson.Options)!;
    }
}
