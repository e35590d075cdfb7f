using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Domain;

/// <summary>
/// Ids that are a function of their cause, so that doing a thing again gives the same id: a version 8 UUID (RFC 9562)
/// from the SHA-256 of a namespace id and a name.
/// </summary>
public static class DeterministicId
{
    /// <summary>The id of <paramref name="name"/> within <paramref name="namespaceId"/>; the name is hashed as UTF-8.</summary>
    public static Guid Create(Guid namespaceId, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> hash = stackalloc byte[32];
        Hash(namespaceId, name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The id of a deal: the <paramref name="fill"/>-th fill (from 1) of an order.</summary>
    public static Guid ForDeal(Guid orderId, int fill) => Create(orderId, fill switch { 1 => "deal:1", 2 => "deal:2", _ => $"deal:{fill}" });

    internal static void Hash(Guid namespaceId, string name, Span<byte> hash)
    {
        var size = 16 + Encoding.UTF8.GetByteCount(name);
        var input = size <= 256 ? stackalloc byte[size] : new byte[size];
        namespaceId.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input[16..]);
        SHA256.HashData(input, hash);
    }

    /// <summary>An id of version 8 from two numbers, for generated test data and seeds.</summary>
    public static Guid FromNumbers(long high, long low)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], low);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
