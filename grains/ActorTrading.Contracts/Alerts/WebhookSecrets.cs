using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Contracts;

/// <summary>
/// The secret with which a user's webhooks are signed: a function of the installation's key and the user, so that it is stored
/// nowhere and can be shown to its user at any time.
/// </summary>
public sealed class WebhookSecrets(byte[] installationKey)
{
    /// <summary>Header of a signed call: <c>t=unix seconds,v1=hex</c>, the hex being HMAC-SHA256 of <c>t.body</c> under the secret's UTF-8 bytes.</summary>
    public const string Header = "X-ActorTrading-Signature";

    public string For(Guid userId)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(installationKey, Encoding.UTF8.GetBytes($"webhook:{userId:N}"), hash);
        return "whsec_" + Convert.ToHexStringLower(hash);
    }

    public string Sign(Guid userId, string body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(For(userId)), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return $"t={time},v1={Convert.ToHexStringLower(mac)}";
    }
}
