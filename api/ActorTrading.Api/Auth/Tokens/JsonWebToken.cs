using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ActorTrading.Api.Auth.Tokens;

/// <summary>The compact serialisation of a signed token (RFC 7515, 7.1; RFC 7519). Knows nothing of what the claims mean.</summary>
public static class JsonWebToken
{
    /// <summary>Longer tokens are refused unread.</summary>
    public const int LengthMax = 8192;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    public static string Sign(JwtKey key, Action<Utf8JsonWriter> writeClaims)
    {
        var header = Object(json =>
        {
            json.WriteString("alg", key.Algorithm);
            json.WriteString("kid", key.Kid);
            json.WriteString("typ", "JWT");
        });
        var signed = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(Object(writeClaims));
        return signed + "." + Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)));
    }

    /// <returns>The claims, for the caller to dispose; null when the token is malformed, of an unknown key, or not signed by it.</returns>
    public static JsonDocument? Verify(KeyRing keys, string token)
    {
        if (token.Length > LengthMax)
            return null;
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || last == token.Length - 1 || token.IndexOf('.', first + 1) != last)
            return null;
        if (Decode(token.AsSpan(0, first)) is not { } header
            || Decode(token.AsSpan(first + 1, last - first - 1)) is not { } claims
            || Decode(token.AsSpan(last + 1)) is not { } signature
            || KeyOf(header, keys) is not { } key
            || !key.Verify(Encoding.ASCII.GetBytes(token, 0, last), signature))
            return null;
        return Parse(claims);
    }

    /// <summary>The key that the header names, if the header claims that key's algorithm and demands nothing that is not understood.</summary>
    private static JwtKey? KeyOf(byte[] header, KeyRing keys)
    {
        using var json = Parse(header);
        if (json?.RootElement is not { } root
            || root.TryGetProperty("crit", out _)
            || Text(root, "kid") is not { } kid
            || keys.Find(kid) is not { } key
            || Text(root, "alg") != key.Algorithm)
            return null;
        return !root.TryGetProperty("typ", out _) || Text(root, "typ") is "JWT" or "at+jwt" ? key : null;
    }

    internal static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument? Parse(byte[] utf8)
    {
        try
        {
            var json = JsonDocument.Parse(utf8, Strict);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return json;
            json.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Unpadded base64url in its one spelling; null for anything else.</summary>
    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_')
                return null;
        }
        if (!Base64Url.IsValid(text))
            return null;
        var bytes = Base64Url.DecodeFromChars(text);
        // The last character may carry bits that decode to nothing: two spellings of one token would both verify.
        return text.SequenceEqual(Base64Url.EncodeToString(bytes)) ? bytes : null;
    }

    private static byte[] Object(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
