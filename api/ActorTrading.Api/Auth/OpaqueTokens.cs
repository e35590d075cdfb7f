using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Api.Auth;

/// <summary>
/// Refresh tokens, API keys and reset links: 256 random bits that only their holder knows. We keep the SHA-256 of one; with that
/// much entropy a slow hash would add nothing.
/// </summary>
public static class OpaqueTokens
{
    public const int LengthMax = 128;

    /// <param name="prefix">Names the kind of secret, so that one that has leaked is recognised, e.g. <c>atk_</c>.</param>
    public static string Create(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
