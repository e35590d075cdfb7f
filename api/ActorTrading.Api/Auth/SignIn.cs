using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Auth;

/// <summary>What a client keeps after signing in.</summary>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
public sealed record Session(UserView User, string AccessToken, string RefreshToken, int ExpiresIn);

/// <summary>A user as the user sees herself.</summary>
public sealed record UserView(Guid Id, string Username, string Email, string? Name, bool MfaEnabled, DateTimeOffset CreatedAt)
{
    public static UserView Of(StoredUser user) => new(user.Id, user.Username, user.Email, user.Name, user.MfaEnabled, user.CreatedAt);
}

/// <summary>Registration, signing in, and keeping a session alive.</summary>
public sealed class SignIn(IUserStore users, IRefreshTokenStore refreshTokens, SecondFactor secondFactor, AccessTokens tokens, Passwords passwords,
    UserGate gate, AuthOptions options, TimeProvider clock)
{
    public const string RefreshPrefix = "atr_";

    public async Task<Session> RegisterAsync(string username, string email, string password, string? name, string? client, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var user = new StoredUser
        {
            Id = Guid.CreateVersion7(now),
            Username = username,
            Email = email,
            Name = name,
            PasswordHash = await passwords.HashAsync(password, cancel),
            CreatedAt = now,
            UpdatedAt = now,
        };
        try
        {
            await users.CreateAsync(user, cancel);
        }
        catch (TakenException e)
        {
            throw new ApiException(409, e.Field == "email" ? "EMAIL_TAKEN" : "USERNAME_TAKEN", $"That {e.Field} is taken.");
        }
        return await StartAsync(user, client, cancel);
    }

    /// <param name="login">Username or e-mail address.</param>
    /// <exception cref="ApiException">401, the same for an unknown user and a wrong password.</exception>
    public async Task<Session> LoginAsync(string login, string password, string? otp, string? client, CancellationToken cancel)
    {
        var user = await users.FindByLoginAsync(login, cancel);
        var check = await passwords.CheckAsync(user?.PasswordHash, password, cancel);
        if (user is null || check == PasswordCheck.Wrong || user.Status != "active")
            throw new ApiException(401, ProblemCodes.InvalidCredentials, "The login or the password is wrong.");
        if (user.MfaEnabled)
            await secondFactor.DemandAsync(user.Id, otp, cancel);
        if (check == PasswordCheck.RightButOld)
        {
            // Also ends the user's other sessions: it happens once, after the cost of hashing was raised.
            await users.SetPasswordAsync(user.Id, await passwords.HashAsync(password, cancel), clock.GetUtcNow(), cancel);
            gate.Forget(user.Id);
            user = await users.FindAsync(user.Id, cancel) ?? throw ApiException.NotFound("user", user.Id);
        }
        return await StartAsync(user, client, cancel);
    }

    /// <summary>Trades a refresh token for a new pair. One that was used before ends the whole session: somebody else has it.</summary>
    public async Task<Session> RefreshAsync(string refreshToken, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var next = OpaqueTokens.Create(RefreshPrefix);
        var rotation = await refreshTokens.RotateAsync(OpaqueTokens.Hash(refreshToken), OpaqueTokens.Hash(next), now, now + options.RefreshTokenLifetime, cancel);
        if (rotation.Outcome != RotationOutcome.Rotated)
            throw new ApiException(401, rotation.Outcome == RotationOutcome.Reused ? "REFRESH_TOKEN_REUSED" : ProblemCodes.InvalidToken,
                rotation.Outcome == RotationOutcome.Reused
                    ? "This refresh token was used before, so its session has been ended: sign in again."
                    : "The refresh token is unknown, expired or revoked: sign in again.");
        var user = await users.FindAsync(rotation.UserId!.Value, cancel);
        if (user is not { Status: "active" })
            throw new ApiException(401, ProblemCodes.InvalidToken, "The user is disabled.");
        // Of when the token was traded: where the password has changed since, what is given out here is as void as the session.
        return Answer(user with { SecurityVersion = rotation.SecurityVersion }, next);
    }

    public Task LogoutAsync(string refreshToken, CancellationToken cancel) =>
        refreshTokens.RevokeAsync(OpaqueTokens.Hash(refreshToken), clock.GetUtcNow(), "logout", cancel);

    private async Task<Session> StartAsync(StoredUser user, string? client, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var refresh = OpaqueTokens.Create(RefreshPrefix);
        if (!await refreshTokens.StartFamilyAsync(Guid.CreateVersion7(now), user.Id, user.SecurityVersion, OpaqueTokens.Hash(refresh), now, now + options.RefreshTokenLifetime, client, cancel))
            throw new ApiException(401, ProblemCodes.InvalidCredentials, "The login or the password is wrong.");
        return Answer(user, refresh);
    }

    private Session Answer(StoredUser user, string refresh) => new(UserView.Of(user),
        tokens.Issue(user.Id, user.Username, user.SecurityVersion, AuthScopes.Session), refresh, (int)tokens.Lifetime.TotalSeconds);
}
