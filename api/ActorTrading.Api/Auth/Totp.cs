using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Api.Auth;

/// <summary>Time-based one-time passwords (RFC 6238): HMAC-SHA1, 30 seconds, six digits, as every authenticator app has them.</summary>
public static class Totp
{
    public const int SecretBytes = 20;
    private const int StepSeconds = 30;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, mac);
        var offset = mac[^1] & 0xF;
        var number = (BinaryPrimitives.ReadInt32BigEndian(mac[offset..]) & 0x7FFF_FFFF) % 1_000_000;
        return number.ToString("000000", CultureInfo.InvariantCulture);
    }

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>Checks a code against the current step and its two neighbours.</summary>
    /// <returns>The step that the code belongs to, which whoever asks lets in once, so that a code seen over a shoulder is of no use; null when it is wrong.</returns>
    public static long? Check(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        var given = Encoding.UTF8.GetBytes(code);
        long? found = null;
        for (var step = StepAt(now) - 1; step <= StepAt(now) + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), given))
                found = step;
        }
        return found;
    }

    /// <summary>What an authenticator app reads from a QR code.</summary>
    public static string Uri(ReadOnlySpan<byte> secret, string issuer, string account) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}?secret={ToBase32(secret)}&issuer={System.Uri.EscapeDataString(issuer)}";

    /// <summary>RFC 4648 base 32 without padding.</summary>
    public static string ToBase32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        int bits = 0, held = 0;
        foreach (var b in bytes)
        {
            held = held << 8 | b;
            for (bits += 8; bits >= 5; bits -= 5)
                text.Append(Base32[held >> (bits - 5) & 31]);
            held &= (1 << bits) - 1;
        }
        if (bits > 0)
            text.Append(Base32[held << (5 - bits) & 31]);
        return text.ToString();
    }
}
