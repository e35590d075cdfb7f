using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Postgres;

/// <summary>A stored secret cannot be decrypted: its key is not in the ring, or it was altered, or it belongs to another row.</summary>
public sealed class SecretUnreadableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Encrypts secrets with AES-256-GCM. The purpose and the row's id are authenticated with it, so that a secret copied into another row does not open there.
/// Stored form: version (1 byte), key number (2 bytes, big-endian), nonce (12), tag (16), ciphertext.
/// </summary>
public sealed class SecretVault(KeyRing ring)
{
    private const byte Version = 1;
    private const int KeyAt = 1, NonceAt = 3, TagAt = 15, TextAt = 31;

    public byte[] Protect(string purpose, Guid rowId, string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var stored = new byte[TextAt + plain.Length];
        stored[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(stored.AsSpan(KeyAt), (ushort)ring.CurrentId);
        RandomNumberGenerator.Fill(stored.AsSpan(NonceAt, TagAt - NonceAt));
        using var cipher = new AesGcm(ring.Find(ring.CurrentId)!, TextAt - TagAt);
        cipher.Encrypt(stored.AsSpan(NonceAt, TagAt - NonceAt), plain, stored.AsSpan(TextAt), stored.AsSpan(TagAt, TextAt - TagAt), BoundTo(purpose, rowId));
        CryptographicOperations.ZeroMemory(plain);
        return stored;
    }

    /// <exception cref="SecretUnreadableException"/>
    public string Open(string purpose, Guid rowId, byte[] stored)
    {
        if (stored.Length < TextAt || stored[0] != Version)
            throw new SecretUnreadableException($"The {purpose} of {rowId} is not in a form that this version writes.");
        var id = BinaryPrimitives.ReadUInt16BigEndian(stored.AsSpan(KeyAt));
        var key = ring.Find(id) ?? throw new SecretUnreadableException(
            $"The {purpose} of {rowId} is encrypted with key {id}, which is not in the key ring. Put it back, or have the secret entered anew.");
        var plain = new byte[stored.Length - TextAt];
        try
        {
            using var cipher = new AesGcm(key, TextAt - TagAt);
            cipher.Decrypt(stored.AsSpan(NonceAt, TagAt - NonceAt), stored.AsSpan(TextAt), stored.AsSpan(TagAt, TextAt - TagAt), plain, BoundTo(purpose, rowId));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new SecretUnreadableException($"The {purpose} of {rowId} was altered, or belongs to another row or key.", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Whether it is encrypted with a key that is no longer the newest.</summary>
    public bool IsStale(byte[] stored) => stored.Length < TextAt || BinaryPrimitives.ReadUInt16BigEndian(stored.AsSpan(KeyAt)) != ring.CurrentId;

    private static byte[] BoundTo(string purpose, Guid rowId) => Encoding.UTF8.GetBytes($"{purpose}/{rowId:D}");
}
