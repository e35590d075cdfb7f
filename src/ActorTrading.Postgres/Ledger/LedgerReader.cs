using System.Runtime.CompilerServices;
using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres;

public interface ILedgerReader
{
    /// <summary>The entries after <paramref name="afterSeq"/>, oldest first, at most <paramref name="limit"/> (1 to 10,000).</summary>
    Task<IReadOnlyList<LedgerEntry>> ReadAsync(Guid accountId, long afterSeq, int limit = 500, CancellationToken cancellation = default);

    /// <summary>The same as <paramref name="userId"/>: nothing of another user's account is there.</summary>
    Task<IReadOnlyList<LedgerEntry>> ReadAsUserAsync(Guid userId, Guid accountId, long afterSeq, int limit = 500, CancellationToken cancellation = default);

    /// <summary>All entries after <paramref name="afterSeq"/> up to the newest when the last page is read, page by page.</summary>
    IAsyncEnumerable<LedgerEntry> StreamAsync(Guid accountId, long afterSeq = 0, CancellationToken cancellation = default);

    /// <summary>Sequence of the account's last entry; 0 where there is none.</summary>
    Task<long> HeadAsync(Guid accountId, CancellationToken cancellation = default);

    /// <summary>The entry that made a movement of money with an id; null where none has.</summary>
    Task<LedgerEntry?> FindOperationAsync(Guid accountId, Guid operationId, CancellationToken cancellation = default);

    /// <summary>The account as its ledger tells it, at the newest entry or at <paramref name="upToSeq"/>.</summary>
    Task<AccountState> FoldAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default);

    /// <summary>The same, with the sequence of the snapshot that it began with; 0 where there was none.</summary>
    Task<(AccountState State, long SnapshotSeq)> RestoreAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default);
}

/// <param name="snapshots">Null folds every ledger from its first entry.</param>
public sealed class LedgerReader(PostgresDatabase database, ISnapshotStore? snapshots = null) : ILedgerReader
{
    public const int PageMax = 10_000;
    private const int StreamPage = 1_000;

    public Task<IReadOnlyList<LedgerEntry>> ReadAsync(Guid accountId, long afterSeq, int limit = 500, CancellationToken cancellation = default) =>
        database.UseAsync(connection => PageAsync(connection, accountId, afterSeq, limit, cancellation), cancellation);

    public Task<IReadOnlyList<LedgerEntry>> ReadAsUserAsync(Guid userId, Guid accountId, long afterSeq, int limit = 500, CancellationToken cancellation = default) =>
        database.AsUserAsync(userId, connection => PageAsync(connection, accountId, afterSeq, limit, cancellation), cancellation);

    public async IAsyncEnumerable<LedgerEntry> StreamAsync(Guid accountId, long afterSeq = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            // A page at a time, so that a slow reader holds no connection.
            var page = await ReadAsync(accountId, afterSeq, StreamPage, cancellation);
            foreach (var entry in page)
            {
                if (entry.Seq != afterSeq + 1)
                    throw new InvalidDataException($"Account {accountId}: ledger entry {afterSeq + 1} is missing; the next one is {entry.Seq}.");
                afterSeq = entry.Seq;
                yield return entry;
            }
            if (page.Count < StreamPage) yield break;
        }
    }

    public Task<long> HeadAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
    {
        await using var query = new NpgsqlCommand("SELECT seq FROM account_state WHERE account_id = $1", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = accountId } },
        };
        return (long?)await query.ExecuteScalarAsync(cancellation) ?? 0;
    }, cancellation);

    public Task<LedgerEntry?> FindOperationAsync(Guid accountId, Guid operationId, CancellationToken cancellation = default) => database.UseAsync<LedgerEntry?>(async connection =>
    {
        await using var query = new NpgsqlCommand(
            "SELECT l.seq, l.at, l.kind, l.body FROM money_operations o CROSS JOIN LATERAL ledger_entry(o.account_id, o.seq) l WHERE o.account_id = $1 AND o.operation_id = $2", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = accountId }, new NpgsqlParameter<Guid> { TypedValue = operationId } },
        };
        await using var reader = await query.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? EntryOf(accountId, reader) : null;
    }, cancellation);

    public async Task<AccountState> FoldAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default) =>
        (await RestoreAsync(accountId, upToSeq, cancellation)).State;

    public async Task<(AccountState State, long SnapshotSeq)> RestoreAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default)
    {
        var state = snapshots is null ? null : await snapshots.LoadAsync(accountId, upToSeq, cancellation);
        var from = state?.Seq ?? 0;
        state ??= AccountState.Empty;
        await foreach (var entry in StreamAsync(accountId, from, cancellation))
        {
            if (entry.Seq > upToSeq) break;
            state = state.Apply(entry);
        }
        return (state, from);
    }

    private static async Task<IReadOnlyList<LedgerEntry>> PageAsync(NpgsqlConnection connection, Guid accountId, long afterSeq, int limit, CancellationToken cancellation)
    {
        if (limit is < 1 or > PageMax) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page holds 1 to {PageMax} entries.");
        var entries = new List<LedgerEntry>();
        // Most rows hold two or three entries: the second question is for accounts whose rows hold one. The first row may hold known ones only.
        for (var rows = limit / 2 + 2; ; rows = limit + 1)
        {
            var read = await ReadRowsAsync(connection, accountId, entries.Count > 0 ? entries[^1].Seq : afterSeq, rows, entries, cancellation);
            if (entries.Count >= limit || read < rows) break;
        }
        if (entries.Count > limit) entries.RemoveRange(limit, entries.Count - limit);
        return entries;
    }

    /// <summary>The rows from the one that holds the entry after <paramref name="afterSeq"/> on.</summary>
    /// <returns>How many rows there were.</returns>
    private static async Task<int> ReadRowsAsync(NpgsqlConnection connection, Guid accountId, long afterSeq, int limit, List<LedgerEntry> into, CancellationToken cancellation)
    {
        await using var query = new NpgsqlCommand("""
            SELECT seq, at, kind, body, entries FROM ledger_appends
            WHERE account_id = $1 AND seq >= (SELECT max(seq) FROM ledger_appends WHERE account_id = $1 AND seq <= $2 + 1) ORDER BY seq LIMIT $3
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = accountId },
                new NpgsqlParameter<long> { TypedValue = afterSeq },
                new NpgsqlParameter<int> { TypedValue = limit },
            },
        };
        var read = 0;
        await using var reader = await query.ExecuteReaderAsync(cancellation);
        for (; await reader.ReadAsync(cancellation); read++)
        {
            if (!reader.IsDBNull(4)) LedgerLines.Read(accountId, reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<byte[]>(4), afterSeq, into);
            else if (reader.GetInt64(0) > afterSeq) into.Add(EntryOf(accountId, reader));
        }
        return read;
    }

    private static LedgerEntry EntryOf(Guid accountId, NpgsqlDataReader row) => new(accountId, row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1),
        LedgerJson.Read(row.GetString(2), row.GetFieldValue<byte[]>(3)));
}
