using System.ComponentModel.DataAnnotations;
using System.Net.Mail;
using System.Text.Json.Serialization;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Limits;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/auth</c>: signing up, in and out.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("auth");
        var open = auth.MapGroup("").AllowAnonymous().WithMetadata(new SignInLimitAttribute());
        open.MapPost("/register", RegisterAsync).Produces<Session>(201);
        open.MapPost("/login", LoginAsync).Produces<Session>();
        open.MapPost("/token", TokenAsync).DisableAntiforgery().Produces<OAuthAnswer>();
        open.MapPost("/password-reset", ResetAsync).Produces(202);
        open.MapPost("/password-reset/confirm", ConfirmResetAsync).Produces(204);
        // Counted like any other request: whoever has a refresh token need not guess.
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymous().Produces<Session>();
        auth.MapPost("/logout", LogoutAsync).AllowAnonymous().Produces(204);

        var mfa = auth.MapGroup("/mfa").RequireAuthorization(AuthScopes.Security).WithMetadata(new SignInLimitAttribute());
        mfa.MapPost("", async (HttpContext context, SecondFactor factor, CancellationToken cancel) =>
        {
            var (secret, uri) = await factor.BeginAsync(context.UserId(), cancel);
            return new MfaSecret(secret, uri);
        });
        mfa.MapPost("/confirm", async (OtpRequest request, HttpContext context, SecondFactor factor, CancellationToken cancel) =>
        {
            await factor.ConfirmAsync(context.UserId(), Otp(request.Otp), cancel);
            return Results.NoContent();
        });
        mfa.MapDelete("", async ([FromBody] RemoveFactorRequest? request, string? otp, HttpContext context, SecondFactor factor, CancellationToken cancel) =>
        {
            await factor.RemoveAsync(context.UserId(), Otp(request?.Otp ?? otp), cancel);
            return Results.NoContent();
        });
    }

    private static async Task<IResult> RegisterAsync(RegisterRequest request, HttpContext context, SignIn signIn, CancellationToken cancel)
    {
        var check = new Checks();
        var username = check.Text(request.Username, "username", 32, 3);
        check.That(username.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'), "username", "may hold letters, digits and . _ - only.");
        var email = Email(check, request.Email);
        var password = NewPassword(check, request.Password);
        check.OptionalText(request.Name, "name", 100);
        check.Throw();
        var session = await signIn.RegisterAsync(username, email, password, request.Name, Client(context), cancel);
        return Results.Json(session, statusCode: 201);
    }

    private static Task<Session> LoginAsync(LoginRequest request, HttpContext context, SignIn signIn, CancellationToken cancel)
    {
        var check = new Checks();
        var login = check.Text(request.Login, "login", 254);
        var password = check.Text(request.Password, "password", Passwords.LongestLength);
        check.OptionalText(request.Otp, "otp", 10);
        check.Throw();
        return signIn.LoginAsync(login, password, request.Otp, Client(context), cancel);
    }

    /// <summary>The OAuth 2 password and refresh_token grants, in the fields and errors of RFC 6749.</summary>
    private static async Task<IResult> TokenAsync(HttpContext context, SignIn signIn, CancellationToken cancel)
    {
        // HasFormContentType takes multipart too, which RFC 6749 knows nothing of.
        if (!context.Request.HasFormContentType || context.Request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            return OAuthError("invalid_request", "Send application/x-www-form-urlencoded.");
        try
        {
            var form = await context.Request.ReadFormAsync(cancel);
            if (form.Any(field => field.Value.ToString().Any(char.IsControl)))
                return OAuthError("invalid_request", "A parameter holds control characters.");
            Session session;
            switch (form["grant_type"].ToString())
            {
                case "password" when form["username"].ToString() is { Length: > 0 and <= 254 } username
                    && form["password"].ToString() is { Length: > 0 and <= Passwords.LongestLength } password:
                    session = await signIn.LoginAsync(username, password, form["otp"].ToString(), Client(context), cancel);
                    break;
                case "refresh_token" when form["refresh_token"].ToString() is { Length: > 0 and <= OpaqueTokens.LengthMax } token:
                    session = await signIn.RefreshAsync(token, cancel);
                    break;
                case "password" or "refresh_token":
                    return OAuthError("invalid_request", "A parameter of the grant is missing or too long.");
                default:
                    return OAuthError("unsupported_grant_type", "grant_type must be password or refresh_token.");
            }
            return Results.Json(new OAuthAnswer(session.AccessToken, "Bearer", session.ExpiresIn, session.RefreshToken, string.Join(' ', AuthScopes.Session)));
        }
        catch (InvalidDataException)
        {
            return OAuthError("invalid_request", "The form cannot be read: a value holds U+0000, or it has too many parameters.");
        }
        catch (ApiException e) when (e.Status == 401)
        {
            return OAuthError("invalid_grant", e.Message);
        }
    }

    private static IResult OAuthError(string error, string description) =>
        Results.Json(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description }, statusCode: 400);

    private static Task<Session> RefreshAsync(RefreshRequest request, SignIn signIn, CancellationToken cancel) =>
        signIn.RefreshAsync(Token(request.RefreshToken, "refreshToken"), cancel);

    private static async Task<IResult> LogoutAsync(RefreshRequest request, SignIn signIn, CancellationToken cancel)
    {
        await signIn.LogoutAsync(Token(request.RefreshToken, "refreshToken"), cancel);
        return Results.NoContent();
    }

    private static async Task<IResult> ResetAsync(ResetRequest request, PasswordReset reset, CancellationToken cancel)
    {
        var check = new Checks();
        var email = Email(check, request.Email);
        check.Throw();
        await reset.RequestAsync(email, cancel);
        return Results.StatusCode(202);
    }

    private static async Task<IResult> ConfirmResetAsync(ConfirmResetRequest request, PasswordReset reset, CancellationToken cancel)
    {
        var check = new Checks();
        var token = check.Text(request.Token, "token", OpaqueTokens.LengthMax);
        var password = NewPassword(check, request.Password);
        check.Throw();
        await reset.ConfirmAsync(token, password, cancel);
        return Results.NoContent();
    }

    private static string Token(string? token, string field)
    {
        var check = new Checks();
        var text = check.Text(token, field, OpaqueTokens.LengthMax);
        check.Throw();
        return text;
    }

    private static string Otp(string? otp) =>
        otp is { Length: 6 } && otp.All(char.IsAsciiDigit) ? otp : throw ApiException.BadField("otp", "must be six digits.");

    private static string Email(Checks check, string? value)
    {
        var email = check.Text(value, "email", 254, 3);
        // One address and nothing besides: what can be registered can be written to, and a list of strangers cannot.
        check.That(MailAddress.TryCreate(email, out var address) && address.Address == email && !email.Any(char.IsWhiteSpace), "email", "must be an e-mail address.");
        return email;
    }

    private static string NewPassword(Checks check, string? value) => check.Text(value, "password", Passwords.LongestLength, Passwords.ShortestLength);

    private static string? Client(HttpContext context) => context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null;
}

internal sealed record RegisterRequest([Required] string? Username, [Required] string? Email, [Required] string? Password, string? Name);

internal sealed record LoginRequest([Required] string? Login, [Required] string? Password, string? Otp);

internal sealed record RefreshRequest([Required] string? RefreshToken);

internal sealed record ResetRequest([Required] string? Email);

internal sealed record ConfirmResetRequest([Required] string? Token, [Required] string? Password);

internal sealed record OtpRequest([Required] string? Otp);

/// <param name="Otp">May come in the query instead: not every client can send a body with DELETE.</param>
internal sealed record RemoveFactorRequest(string? Otp);

internal sealed record MfaSecret(string Secret, string Uri);

/// <summary>RFC 6749, 5.1.</summary>
internal sealed record OAuthAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("refresh_token")] string RefreshToken,
    [property: JsonPropertyName("scope")] string Scope);
