using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Postgres;
using Microsoft.Extensions.Caching.Memory;

namespace ActorTrading.Api.Auth;

/// <summary>
/// Whether a token's user may still come in: not disabled, and no password change since. Looked up at most every
/// <see cref="Fresh"/> a user, which is how long a process may take to notice a change made in another.
/// </summary>
public sealed class UserGate(IUserStore users, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private const int UsersMax = 100_000;

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = UsersMax });

    public async Task<bool> AdmitsAsync(Guid userId, int securityVersion, CancellationToken cancel)
    {
        if (!_known.TryGetValue(userId, out Known? known) || clock.GetElapsedTime(known!.At) > Fresh)
        {
            var user = await users.FindAsync(userId, cancel);
            known = new(user is { Status: "active" } ? user.SecurityVersion : null, clock.GetTimestamp());
            _known.Set(userId, known, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Fresh });
        }
        return known.SecurityVersion == securityVersion;
    }

    /// <summary>The user has changed here: look anew.</summary>
    public void Forget(Guid userId) => _known.Remove(userId);

    public void Dispose() => _known.Dispose();

    /// <param name="SecurityVersion">Null for a user who may not come in at all.</param>
    private sealed record Known(int? SecurityVersion, long At);
}
