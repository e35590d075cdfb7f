using ActorTrading.Api.Auth.Tokens;

namespace ActorTrading.Api.Auth;

/// <summary>Whether what a caller came in with still holds: a connection outlives the request that was let in.</summary>
public sealed class Admission(UserGate gate, ApiKeys keys, TimeProvider clock)
{
    /// <returns>False where the token has expired, the key was revoked, or the user has been disabled or has changed the password.</returns>
    public async ValueTask<bool> HoldsAsync(Caller caller, CancellationToken cancel) =>
        !(caller.ExpiresAt <= clock.GetUtcNow())
        && (caller.ApiKey is { } key ? await keys.FindByHashAsync(key, cancel) is not null : await gate.AdmitsAsync(caller.UserId, caller.SecurityVersion, cancel));
}
