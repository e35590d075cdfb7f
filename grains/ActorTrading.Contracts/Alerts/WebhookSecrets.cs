using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Contracts;

/// <summary>
/// The secret with which a user's webhooks are signed: a function of the installation's key, the user and how often she has changed
/// it, so that it is stored nowhere and can be shown to its user at any time.
/// </summary>
public sealed class WebhookSecrets(byte[] installationKey)
{
    /// <summary>
    /// Header of a signed call: <c>t=unix seconds,v1=hex</c>, the hex being HMAC-SHA256 of <c>t.body</c> under the secret's UTF-8 bytes.
    /// For a time after the secret was changed a second <c>v1</c> follows, under the secret before: one that matches is enough.
    /// </summary>
    public const string Header = "X-ActorTrading-Signature";

    /// <summary>How long calls are signed with the former secret too, so that a receiver can be moved to the new one at leisure.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <param name="version">How often the user has changed the secret; 0 for the first.</param>
    public string For(Guid userId, int version = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(installationKey, Encoding.UTF8.GetBytes(version == 0 ? $"webhook:{userId:N}" : $"webhook:{userId:N}:{version}"), hash);
        return "whsec_" + Convert.ToHexStringLower(hash);
    }

    /// <param name="rotatedAt">When the secret was last changed; null where it never was.</param>
    public string Sign(Guid userId, int version, DateTimeOffset? rotatedAt, string body, DateTimeOffset at)
    {
        var signed = $"{at.ToUnixTimeSeconds()}.{body}";
        var header = $"t={at.ToUnixTimeSeconds()},v1={Mac(userId, version, signed)}";
        return version > 0 && at - rotatedAt < Overlap ? $"{header},v1={Mac(userId, version - 1, signed)}" : header;
    }

    private string Mac(Guid userId, int version, string signed) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(For(userId, version)), Encoding.UTF8.GetBytes(signed)));
}
