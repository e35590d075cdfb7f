using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Auth;

/// <summary>Sends mails about a user's account; a mail is durable when the call completes, and sent afterwards.</summary>
public interface IAccountMail
{
    Task SendPasswordResetAsync(StoredUser user, string token, CancellationToken cancel);
}

/// <summary>A new password for whoever reads the user's mail.</summary>
public sealed class PasswordReset(IUserStore users, IPasswordResetStore resets, IAccountMail mail, Passwords passwords, UserGate gate,
    AuthOptions options, TimeProvider clock)
{
    /// <summary>Does the same for an address that is nobody's, but for the mail: the answer tells nothing.</summary>
    public async Task RequestAsync(string email, CancellationToken cancel)
    {
        if (await users.FindByLoginAsync(email, cancel) is not { Status: "active" } user || !user.Email.Equals(email, StringComparison.OrdinalIgnoreCase))
            return;
        var token = OpaqueTokens.Create("atp_");
        var now = clock.GetUtcNow();
        await resets.CreateAsync(OpaqueTokens.Hash(token), user.Id, now, now + options.PasswordResetLifetime, cancel);
        await mail.SendPasswordResetAsync(user, token, cancel);
    }

    /// <summary>Sets the password and ends every session of the user.</summary>
    public async Task ConfirmAsync(string token, string password, CancellationToken cancel)
    {
        // Hashed first: a server that cannot hash just now must not use the token up.
        var hash = await passwords.HashAsync(password, cancel);
        var userId = await resets.RedeemAsync(OpaqueTokens.Hash(token), hash, clock.GetUtcNow(), cancel)
            ?? throw new ApiException(422, "INVALID_RESET_TOKEN", "The reset token is unknown, expired or used: ask for another.");
        gate.Forget(userId);
    }
}
