using System.Text.Encodings.Web;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Limits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorTrading.Api.Auth;

/// <summary>
/// Who makes the request: a bearer token, an <c>X-Api-Key</c>, or, for sockets that a browser opens without headers, a token in
/// the query's <c>access_token</c>.
/// </summary>
public sealed class AuthSchemeHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    AccessTokens tokens, UserGate gate, ApiKeys apiKeys, FailedKeys failedKeys) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ActorTrading";
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var headers = Request.Headers;
        if (headers.Authorization is [{ } authorization, ..])
        {
            return headers.Authorization.Count == 1 && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? await AnswerAsync(authorization[Bearer.Length..].Trim())
                : AuthenticateResult.Fail("Only the Bearer scheme is understood.");
        }
        if (headers["X-Api-Key"] is [{ } key, ..])
            return Answer(await FindKeyAsync(key));
        if (IsSocket(Request.Path) && Request.Query["access_token"] is [{ } token])
            return await AnswerAsync(token);
        return AuthenticateResult.NoResult();
    }

    private async Task<AuthenticateResult> AnswerAsync(string token)
    {
        if (token.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal))
            return Answer(await FindKeyAsync(token));
        var caller = tokens.Read(token);
        return Answer(caller is not null && await gate.AdmitsAsync(caller.UserId, caller.SecurityVersion, Context.RequestAborted) ? caller : null);
    }

    private async Task<Caller?> FindKeyAsync(string key)
    {
        failedKeys.ThrowIfTooMany(Context);
        var caller = await apiKeys.FindAsync(key, Context.RequestAborted);
        if (caller is null)
            failedKeys.Count(Context);
        return caller;
    }

    private static bool IsSocket(PathString path) => path.StartsWithSegments("/hubs") || path.StartsWithSegments("/ws");

    private AuthenticateResult Answer(Caller? caller)
    {
        if (caller is null)
            return AuthenticateResult.Fail("The token or key does not hold.");
        // Sockets are closed when the token that opened them expires.
        var properties = new AuthenticationProperties { ExpiresUtc = caller.ExpiresAt };
        return AuthenticateResult.Success(new(caller.ToPrincipal(Scheme.Name), properties, Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failed = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        Response.Headers.WWWAuthenticate = failed ? "Bearer error=\"invalid_token\"" : "Bearer";
        await Problems.WriteAsync(Context, 401, failed ? ProblemCodes.InvalidToken : ProblemCodes.Unauthenticated, failed
            ? "The token or key is malformed, expired, revoked or not ours: sign in again."
            : "Send an access token as 'Authorization: Bearer …' or an API key as 'X-Api-Key'.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, 403, ProblemCodes.Forbidden, "This token or key has not the scope that this needs.");
}
