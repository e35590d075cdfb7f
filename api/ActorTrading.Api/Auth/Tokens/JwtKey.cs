using System.Security.Cryptography;

namespace ActorTrading.Api.Auth.Tokens;

/// <summary>A key with the one algorithm it may be used with: the token's header chooses the key, never the algorithm.</summary>
public abstract class JwtKey(string kid, string algorithm) : IDisposable
{
    public string Kid => kid;

    /// <summary>JWS name: HS256 or ES256.</summary>
    public string Algorithm => algorithm;

    public abstract byte[] Sign(ReadOnlySpan<byte> data);

    public abstract bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    public abstract void Dispose();
}

/// <summary>HMAC with SHA-256 (RFC 7518, 3.2).</summary>
public sealed class HmacKey : JwtKey
{
    private readonly byte[] _secret;

    /// <param name="secret">At least 32 bytes, as long as the hash.</param>
    public HmacKey(string kid, ReadOnlySpan<byte> secret) : base(kid, "HS256")
    {
        if (secret.Length < 32)
            throw new ArgumentException($"A token key for HS256 needs at least 32 bytes; key '{kid}' has {secret.Length}.", nameof(secret));
        _secret = secret.ToArray();
    }

    public override byte[] Sign(ReadOnlySpan<byte> data) => HMACSHA256.HashData(_secret, data);

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, data, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}

/// <summary>ECDSA on P-256 with SHA-256 (RFC 7518, 3.4); the signature is r and s, 32 bytes each.</summary>
public sealed class EcdsaKey : JwtKey
{
    private readonly ECDsa _key;

    public EcdsaKey(string kid, ECDsa key) : base(kid, "ES256")
    {
        if (key.KeySize != 256)
            throw new ArgumentException($"A token key for ES256 is on P-256; key '{kid}' has {key.KeySize} bits.", nameof(key));
        _key = key;
    }

    public override byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == 64 && _key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public override void Dispose() => _key.Dispose();
}
