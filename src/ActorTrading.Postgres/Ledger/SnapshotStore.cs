using System.Security.Cryptography;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>The newest snapshot of each account. Whatever is wrong with one costs the time of a fold, and nothing else.</summary>
public interface ISnapshotStore
{
    /// <summary>Keeps the state, unless there is a newer one of this version, or the ledger has no such entry.</summary>
    /// <returns>Whether it was kept.</returns>
    /// <exception cref="StoreUnavailableException"/>
    Task<bool> SaveAsync(AccountState state, CancellationToken cancellation = default);

    /// <summary>The newest usable one, at <paramref name="upToSeq"/> at most; null where there is none.</summary>
    Task<AccountState?> LoadAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default);
}

public sealed class SnapshotStore(PostgresDatabase database, TimeProvider time, ILogger<SnapshotStore>? log = null) : ISnapshotStore
{
    private readonly ILogger log = log ?? NullLogger<SnapshotStore>.Instance;

    public Task<bool> SaveAsync(AccountState state, CancellationToken cancellation = default)
    {
        var body = AccountSnapshot.Write(state);
        return database.UseAsync(async connection =>
        {
            await using var save = new NpgsqlCommand("""
                INSERT INTO account_snapshots AS s (account_id, seq, version, entry_hash, body_hash, body, written_at)
                SELECT l.account_id, l.seq, $3, ledger_entry_hash(l.seq, l.at, l.kind, l.body), $4, $5, $6 FROM ledger_entry($1, $2) l
                ON CONFLICT (account_id) DO UPDATE SET seq = excluded.seq, version = excluded.version, entry_hash = excluded.entry_hash, body_hash = excluded.body_hash,
                    body = excluded.body, written_at = excluded.written_at
                WHERE s.seq <= excluded.seq OR s.version <> excluded.version
                """, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = state.AccountId },
                    new NpgsqlParameter<long> { TypedValue = state.Seq },
                    new NpgsqlParameter<string> { TypedValue = AccountSnapshot.Version },
                    new NpgsqlParameter<byte[]> { TypedValue = SHA256.HashData(body) },
                    new NpgsqlParameter<byte[]> { TypedValue = body },
                    new NpgsqlParameter<DateTime> { TypedValue = time.GetUtcNow().UtcDateTime },
                },
            };
            return await save.ExecuteNonQueryAsync(cancellation) > 0;
        }, cancellation);
    }

    public async Task<AccountState?> LoadAsync(Guid accountId, long? upToSeq = null, CancellationToken cancellation = default)
    {
        var (stored, entryFits) = await ReadAsync(accountId, upToSeq, cancellation);
        if (stored is null) return null;
        try
        {
            if (!entryFits) throw new InvalidDataException("the ledger has another entry where it ends");
            if (!SHA256.HashData(stored.Body).AsSpan().SequenceEqual(stored.BodyHash)) throw new InvalidDataException("its bytes are not those that were written");
            var state = AccountSnapshot.Read(stored.Body);
            return state.AccountId == accountId && state.Seq == stored.Seq
                ? state
                : throw new InvalidDataException($"it holds account {state.AccountId} at {state.Seq}");
        }
        catch (InvalidDataException e)
        {
            log.LogWarning("The snapshot of account {AccountId} at {Seq} is not used, the whole ledger is: {Reason}", accountId, stored.Seq, e.Message);
            return null;
        }
    }

    /// <summary>Only this version's: another's is no fault, and is replaced by the next.</summary>
    private Task<(Stored? Stored, bool EntryFits)> ReadAsync(Guid accountId, long? upToSeq, CancellationToken cancellation) => database.UseAsync(async connection =>
    {
        await using var query = new NpgsqlCommand("""
            SELECT s.seq, s.body, s.body_hash, coalesce(ledger_entry_hash(l.seq, l.at, l.kind, l.body) = s.entry_hash, false)
            FROM account_snapshots s LEFT JOIN LATERAL ledger_entry(s.account_id, s.seq) l ON true
            WHERE s.account_id = $1 AND s.version = $2 AND s.seq <= $3
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = accountId },
                new NpgsqlParameter<string> { TypedValue = AccountSnapshot.Version },
                new NpgsqlParameter<long> { TypedValue = upToSeq ?? long.MaxValue },
            },
        };
        await using var row = await query.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? (new Stored(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2)), row.GetBoolean(3))
            : ((Stored?)null, false);
    }, cancellation);

    private sealed record Stored(long Seq, byte[] Body, byte[] BodyHash);
}
