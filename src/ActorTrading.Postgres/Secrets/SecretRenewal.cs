using Dapper;

namespace ActorTrading.Postgres;

/// <summary>Encrypts what is under an older key with the newest, so that the older one can be removed.</summary>
public sealed class SecretRenewal(PostgresDatabase database, SecretVault vault)
{
    /// <summary>All that a <see cref="SecretVault"/> has protected.</summary>
    private static readonly (string Table, string Column, string Purpose)[] Kept =
        [("accounts", "broker_secret", AccountStore.Purpose), ("users", "mfa_secret", UserStore.MfaPurpose)];

    /// <summary>Renews up to <paramref name="limit"/> secrets and answers how many; with 0 nothing is left under an older key.</summary>
    /// <exception cref="SecretUnreadableException">Nothing is left but secrets that cannot be read: one of them. They are to be entered anew.</exception>
    public async Task<int> RunAsync(int limit, DateTimeOffset at, CancellationToken cancellation = default)
    {
        var renewed = 0;
        SecretUnreadableException? unreadable = null;
        foreach (var (table, column, purpose) in Kept)
        {
            renewed += await database.UseAsync(async connection =>
            {
                var here = 0;
                // The key's number lies in the stored form; every secret is looked at, which is once per key change.
                foreach (var (id, stored) in (await connection.QueryAsync<(Guid Id, byte[] Secret)>(
                    $"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL".With(null, cancellation))).AsList())
                {
                    if (renewed + here == limit) break;
                    if (!vault.IsStale(stored)) continue;
                    try
                    {
                        // Compared and not locked: who trades an account holds its row, and would be skipped or kept waiting. One changed meanwhile is left to the next run.
                        await connection.ExecuteAsync($"UPDATE {table} SET {column} = @secret, updated_at = @at WHERE id = @id AND {column} = @stored"
                            .With(new { id, stored, secret = vault.Protect(purpose, id, vault.Open(purpose, id, stored)), at }, cancellation));
                        here++;
                    }
                    catch (SecretUnreadableException e)
                    {
                        unreadable ??= e;
                    }
                }
                return here;
            }, cancellation);
        }
        return renewed > 0 || unreadable is null ? renewed : throw unreadable;
    }
}
