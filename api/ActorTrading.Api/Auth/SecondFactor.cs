using System.Security.Cryptography;
using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Auth;

/// <summary>The second factor: setting it up, switching it on with a first code, demanding it, switching it off.</summary>
public sealed class SecondFactor(IUserStore users, AuthOptions options, TimeProvider clock)
{
    /// <returns>The secret in base 32 and the URI for the authenticator app. It counts once <see cref="ConfirmAsync"/> has seen a code of it.</returns>
    public async Task<(string Secret, string Uri)> BeginAsync(Guid userId, CancellationToken cancel)
    {
        var user = await users.FindAsync(userId, cancel) ?? throw ApiException.NotFound("user", userId);
        if (user.MfaEnabled)
            throw new ApiException(409, "MFA_ALREADY_ENABLED", "A second factor is set up: remove it first.");
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        await users.SetMfaAsync(userId, Convert.ToBase64String(secret), enabled: false, clock.GetUtcNow(), cancel);
        return (Totp.ToBase32(secret), Totp.Uri(secret, options.Issuer, user.Username));
    }

    public async Task ConfirmAsync(Guid userId, string otp, CancellationToken cancel)
    {
        var secret = await SecretAsync(userId, cancel);
        await UseAsync(userId, secret, otp, cancel);
        await users.SetMfaAsync(userId, Convert.ToBase64String(secret), enabled: true, clock.GetUtcNow(), cancel);
    }

    public async Task RemoveAsync(Guid userId, string otp, CancellationToken cancel)
    {
        await UseAsync(userId, await SecretAsync(userId, cancel), otp, cancel);
        await users.SetMfaAsync(userId, null, enabled: false, clock.GetUtcNow(), cancel);
    }

    /// <exception cref="ApiException">401 <c>OTP_REQUIRED</c> without a code, <c>INVALID_OTP</c> with a wrong one.</exception>
    public async Task DemandAsync(Guid userId, string? otp, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(otp))
            throw new ApiException(401, ProblemCodes.OtpRequired, "This user has a second factor: send its code as 'otp'.");
        await UseAsync(userId, await SecretAsync(userId, cancel), otp, cancel);
    }

    private async Task<byte[]> SecretAsync(Guid userId, CancellationToken cancel) =>
        await users.MfaSecretAsync(userId, cancel) is { } stored
            ? Convert.FromBase64String(stored)
            : throw new ApiException(409, "MFA_NOT_SET_UP", "There is no second factor: begin with POST /api/v1/auth/mfa.");

    private async Task UseAsync(Guid userId, byte[] secret, string otp, CancellationToken cancel)
    {
        if (Totp.Check(secret, otp, clock.GetUtcNow()) is not { } step || !await users.UseMfaStepAsync(userId, step, cancel))
            throw new ApiException(401, "INVALID_OTP", "The one-time code is wrong or was used before.");
    }
}
