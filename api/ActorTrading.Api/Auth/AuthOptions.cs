using System.Security.Cryptography;
using ActorTrading.Api.Auth.Tokens;

namespace ActorTrading.Api.Auth;

/// <summary>Section <c>Auth</c> of the configuration.</summary>
public sealed class AuthOptions
{
    public string Issuer { get; set; } = "actortrading";

    public string Audience { get; set; } = "actortrading-api";

    /// <summary>How long a stolen access token is of use: it cannot be revoked, only its session's refresh token can.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    public TimeSpan PasswordResetLifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How far another machine's clock may be off.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>PBKDF2-HMAC-SHA512 rounds for new hashes; an older hash with fewer is renewed at the next login.</summary>
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Where a password-reset mail leads; <c>{token}</c> is replaced.</summary>
    public string PasswordResetUrl { get; set; } = "/?reset={token}";

    /// <summary>The first signs. Without any, a key is made at start, and tokens end with the process.</summary>
    public List<TokenKeyOptions> Keys { get; set; } = [];

    public KeyRing CreateKeyRing() => Keys.Count > 0
        ? new([.. Keys.Select(k => k.Create())])
        : new([new HmacKey("process", RandomNumberGenerator.GetBytes(32))]);
}

/// <summary>One signing key. Keep it in a secret store, not in a file that is committed.</summary>
public sealed class TokenKeyOptions
{
    public string Kid { get; set; } = "";

    /// <summary>HS256 or ES256.</summary>
    public string Algorithm { get; set; } = "HS256";

    /// <summary>HS256: base64 of at least 32 random bytes. ES256: a P-256 private key as PEM.</summary>
    public string Secret { get; set; } = "";

    public JwtKey Create()
    {
        if (Kid.Length is 0 or > 64)
            throw new InvalidOperationException("Auth:Keys:*:Kid must be 1 to 64 characters.");
        try
        {
            switch (Algorithm)
            {
                case "HS256":
                    return new HmacKey(Kid, Convert.FromBase64String(Secret));
                case "ES256":
                    var key = ECDsa.Create();
                    key.ImportFromPem(Secret);
                    return new EcdsaKey(Kid, key);
                default:
                    throw new InvalidOperationException($"Auth:Keys '{Kid}': Algorithm must be HS256 or ES256, was '{Algorithm}'.");
            }
        }
        catch (Exception e) when (e is FormatException or ArgumentException or CryptographicException)
        {
            // The secret itself must not reach a log: the cause's message is dropped.
            throw new InvalidOperationException($"Auth:Keys '{Kid}': the secret is not what {Algorithm} needs ({e.GetType().Name}).");
        }
    }
}
