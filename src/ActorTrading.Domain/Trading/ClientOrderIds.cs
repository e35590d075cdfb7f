using System.Buffers.Binary;

namespace ActorTrading.Domain;

/// <summary>
/// Client order ids: at most 27 ASCII characters (Crockford base 32 behind a letter that tells the origin), a function of the
/// order's cause. They fit a terminal's comment field (31 characters), by which an order with an unknown outcome is found again.
/// </summary>
public static class ClientOrderIds
{
    public const int MaxLength = 27;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>The id of the follower's order that mirrors a leader's ledger entry: 'C' and 130 bits of a hash.</summary>
    /// <param name="part">0, or the index of the order where one entry needs several.</param>
    public static string ForCopy(Guid linkId, long leaderSeq, int part)
    {
        Span<byte> hash = stackalloc byte[32];
        DeterministicId.Hash(linkId, $"copy:{leaderSeq}:{part}", hash);
        return Encode('C', hash[..17]);
    }

    /// <summary>The id of an order that the broker itself makes (stop loss, take profit, stop-out): 'S' and the order's id.</summary>
    public static string ForServer(Guid orderId) => FromGuid('S', orderId);

    /// <summary>The id of an order that came without one: 'N' and the order's id.</summary>
    public static string ForOrder(Guid orderId) => FromGuid('N', orderId);

    /// <summary>Attempts that a name has room for behind the longest id: 31 characters in all.</summary>
    public const int AttemptMax = 998;

    /// <summary>
    /// What an attempt at an order is called at the broker: the order's own id, and from the second on the number of the attempt behind
    /// a blank. No id contains a blank, so no two attempts of an account share a name.
    /// </summary>
    /// <param name="attempt">0 for the first, at most <see cref="AttemptMax"/>.</param>
    public static string ForAttempt(string clientOrderId, int attempt) => attempt switch
    {
        0 => clientOrderId,
        > 0 and <= AttemptMax => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{clientOrderId} {attempt + 1}"),
        _ => throw new ArgumentOutOfRangeException(nameof(attempt), attempt, $"Attempts are 0 to {AttemptMax}."),
    };

    /// <summary>The order's id of what <see cref="ForAttempt"/> made.</summary>
    public static string OfAttempt(string name) => name.IndexOf(' ') is > 0 and var end ? name[..end] : name;

    /// <summary>Whether the text can be a client order id: 1 to 27 printable ASCII characters without blanks.</summary>
    public static bool IsValid(string? id)
    {
        if (string.IsNullOrEmpty(id) || id.Length > MaxLength) return false;
        foreach (var c in id)
            if (c is <= ' ' or > '~') return false;
        return true;
    }

    private static string FromGuid(char origin, Guid id)
    {
        Span<byte> bytes = stackalloc byte[17];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[16] = 0;
        return Encode(origin, bytes);
    }

    // 26 characters of 5 bits: the first 130 bits of 17 bytes.
    private static string Encode(char origin, ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[MaxLength];
        text[0] = origin;
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        var value = new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), low);
        var tail = bytes[16];
        for (var i = 0; i < 25; i++) text[1 + i] = Alphabet[(int)((value >> (123 - 5 * i)) & 31)];
        text[26] = Alphabet[(int)(((value & 7) << 2) | (uint)(tail >> 6))];
        return new string(text);
    }
}
