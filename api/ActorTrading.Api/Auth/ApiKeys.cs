using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;
using Microsoft.Extensions.Caching.Memory;

namespace ActorTrading.Api.Auth;

/// <summary>Keys that programs sign in with: made once, shown once, kept as a hash.</summary>
public sealed class ApiKeys(IApiKeyStore store, IUserStore users, TimeProvider clock) : IDisposable
{
    /// <summary>So that a key that has leaked into a log or a repository is recognised.</summary>
    public const string Prefix = "atk_";

    /// <summary>As many as one user may have at a time.</summary>
    public const int PerUserMax = 50;

    /// <summary>A key revoked in another process may be taken here for so long.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private const int ShownLength = 10;
    private const int CachedMax = 10_000;

    private readonly MemoryCache _callers = new(new MemoryCacheOptions { SizeLimit = CachedMax });

    /// <returns>The stored key, and the key itself, which nobody can show again.</returns>
    public async Task<(StoredApiKey Key, string Secret)> CreateAsync(Guid userId, string name, string[] scopes, DateTimeOffset? expiresAt, CancellationToken cancel)
    {
        if ((await store.ListAsync(userId, cancel)).Count >= PerUserMax)
            throw new ApiException(409, ProblemCodes.Conflict, $"You have {PerUserMax} API keys, which is as many as one may have: revoke one first.");
        var secret = OpaqueTokens.Create(Prefix);
        var now = clock.GetUtcNow();
        var key = new StoredApiKey
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            Name = name,
            Prefix = secret[..ShownLength],
            Scopes = scopes,
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        await store.CreateAsync(key, OpaqueTokens.Hash(secret), cancel);
        return (key, secret);
    }

    public Task<IReadOnlyList<StoredApiKey>> ListAsync(Guid userId, CancellationToken cancel) => store.ListAsync(userId, cancel);

    public async Task RevokeAsync(Guid userId, Guid keyId, CancellationToken cancel)
    {
        if (!await store.RevokeAsync(userId, keyId, clock.GetUtcNow(), cancel))
            throw ApiException.NotFound("API key", keyId);
        _callers.Clear();
    }

    /// <returns>Null for a key that is unknown, revoked or expired, or whose user is disabled.</returns>
    public async Task<Caller?> FindAsync(string secret, CancellationToken cancel)
    {
        if (secret.Length > OpaqueTokens.LengthMax || !secret.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        return await FindByHashAsync(Convert.ToHexString(OpaqueTokens.Hash(secret)), cancel);
    }

    /// <param name="hash">The key's SHA-256 in hexadecimal, as <see cref="Caller.ApiKey"/> has it.</param>
    public async Task<Caller?> FindByHashAsync(string hash, CancellationToken cancel)
    {
        if (_callers.TryGetValue(hash, out Cached? known) && clock.GetElapsedTime(known!.At) <= Fresh)
            return known.Caller;
        if (await store.UseAsync(Convert.FromHexString(hash), clock.GetUtcNow(), cancel) is not { } key
            || await users.FindAsync(key.UserId, cancel) is not { Status: "active" } user)
            return null;
        var caller = new Caller(user.Id, user.Username, key.Scopes, key.ExpiresAt, ApiKey: hash);
        _callers.Set(hash, new Cached(caller, clock.GetTimestamp()), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Fresh });
        return caller;
    }

    public void Dispose() => _callers.Dispose();

    private sealed record Cached(Caller Caller, long At);
}
