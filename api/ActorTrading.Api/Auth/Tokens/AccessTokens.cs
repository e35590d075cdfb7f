using System.Globalization;
using System.Security.Claims;
using System.Text.Json;

namespace ActorTrading.Api.Auth.Tokens;

/// <summary>Issues and reads the short-lived tokens that requests carry.</summary>
public sealed class AccessTokens(KeyRing keys, AuthOptions options, TimeProvider clock)
{
    public TimeSpan Lifetime => options.AccessTokenLifetime;

    /// <param name="securityVersion">The user's, as of now: a token of an older one is void.</param>
    public string Issue(Guid userId, string username, int securityVersion, IEnumerable<string> scopes)
    {
        var now = clock.GetUtcNow();
        return JsonWebToken.Sign(keys.Current, json =>
        {
            json.WriteString("iss", options.Issuer);
            json.WriteString("aud", options.Audience);
            json.WriteString("sub", userId);
            json.WriteString("name", username);
            json.WriteString("scope", string.Join(' ', scopes));
            json.WriteNumber("ver", securityVersion);
            json.WriteString("jti", Guid.CreateVersion7(now));
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("nbf", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + options.AccessTokenLifetime).ToUnixTimeSeconds());
        });
    }

    /// <returns>The caller, or null where the token does not hold: signature, issuer, audience or time.</returns>
    public Caller? Read(string token)
    {
        using var json = JsonWebToken.Verify(keys, token);
        if (json is null)
            return null;
        var claims = json.RootElement;
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var skew = (long)options.ClockSkew.TotalSeconds;
        if (JsonWebToken.Text(claims, "iss") != options.Issuer || !IsForUs(claims)
            || Seconds(claims, "exp") is not { } expires || now >= expires + skew
            || (claims.TryGetProperty("nbf", out _) && !(Seconds(claims, "nbf") <= now + skew))
            || !Guid.TryParse(JsonWebToken.Text(claims, "sub"), out var userId))
            return null;
        var scopes = (JsonWebToken.Text(claims, "scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var version = claims.TryGetProperty("ver", out var ver) && ver.ValueKind == JsonValueKind.Number && ver.TryGetInt32(out var number) ? number : 0;
        return new(userId, JsonWebToken.Text(claims, "name") ?? "", [.. scopes], DateTimeOffset.FromUnixTimeSeconds(expires), version);
    }

    private bool IsForUs(JsonElement claims) => claims.TryGetProperty("aud", out var aud) && aud.ValueKind switch
    {
        JsonValueKind.String => aud.GetString() == options.Audience,
        JsonValueKind.Array => aud.EnumerateArray().Any(a => a.ValueKind == JsonValueKind.String && a.GetString() == options.Audience),
        _ => false,
    };

    /// <summary>A NumericDate: seconds since 1970, a fraction allowed and dropped.</summary>
    private static long? Seconds(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
        && seconds is >= 0 and <= 253_402_300_799 ? (long)seconds : null;
}

/// <summary>Who makes a request.</summary>
/// <param name="ExpiresAt">When the token stops holding, UTC; null for an API key without expiry.</param>
/// <param name="SecurityVersion">Of the user when the token was issued; 0 for an API key.</param>
/// <param name="ApiKey">The key's hash in hexadecimal; null for a token.</param>
public sealed record Caller(Guid UserId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, int SecurityVersion = 0, string? ApiKey = null)
{
    private const string VersionType = "ver";
    private const string ApiKeyType = "key";
    private const string ExpiresType = "exp";

    public ClaimsPrincipal ToPrincipal(string scheme)
    {
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, UserId.ToString()), new(ClaimTypes.Name, Name), new(VersionType, SecurityVersion.ToString(CultureInfo.InvariantCulture)) };
        claims.AddRange(Scopes.Select(s => new Claim(AuthScopes.ClaimType, s)));
        if (ApiKey is not null)
            claims.Add(new(ApiKeyType, ApiKey));
        if (ExpiresAt is { } expires)
            claims.Add(new(ExpiresType, expires.ToString("O")));
        return new(new ClaimsIdentity(claims, scheme));
    }

    /// <summary>Who a principal of <see cref="ToPrincipal"/> is.</summary>
    public static Caller Of(ClaimsPrincipal principal) => new(
        Guid.Parse(principal.FindFirstValue(ClaimTypes.NameIdentifier)!),
        principal.FindFirstValue(ClaimTypes.Name)!,
        [.. principal.FindAll(AuthScopes.ClaimType).Select(c => c.Value)],
        principal.FindFirstValue(ExpiresType) is { } expires ? DateTimeOffset.ParseExact(expires, "O", CultureInfo.InvariantCulture) : null,
        int.Parse(principal.FindFirstValue(VersionType)!, CultureInfo.InvariantCulture),
        principal.FindFirstValue(ApiKeyType));
}
