using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Domain;

/// <summary>
/// Client order ids: at most 27 ASCII characters. They fit a terminal's comment field (31 characters), by which an order with an unknown
/// outcome is found again. Those made here have all 27: a letter that tells the origin and the order's id in Crockford's base 32, so that
/// they are as unique as order ids are. Whoever gives one of this form names that order id with it.
/// </summary>
public static class ClientOrderIds
{
    public const int MaxLength = 27;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Origins = "NSC";
    private const byte NoDigit = 255;

    private static readonly byte[] Digits = [.. Enumerable.Range(0, 128).Select(c => Alphabet.IndexOf((char)c) is >= 0 and var digit ? (byte)digit : NoDigit)];

    /// <summary>The id of an order that mirrors a leader's: 'C' and the order's id, which is a function of the leader's entry.</summary>
    public static string ForCopy(Guid orderId) => Of('C', orderId);

    /// <summary>The id of an order that the broker itself makes (stop loss, take profit, stop-out): 'S' and the order's id.</summary>
    public static string ForServer(Guid orderId) => Of('S', orderId);

    /// <summary>The id of an order that came without one: 'N' and the order's id.</summary>
    public static string ForOrder(Guid orderId) => Of('N', orderId);

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
    public static bool IsValid([NotNullWhen(true)] string? id)
    {
        if (string.IsNullOrEmpty(id) || id.Length > MaxLength) return false;
        foreach (var c in id)
            if (c is <= ' ' or > '~') return false;
        return true;
    }

    /// <summary>Why an order may not have this client order id; null where it may.</summary>
    public static string? WhyNot(string? id, Guid orderId) =>
        !IsValid(id) ? $"Client order id '{id}' must be 1 to {MaxLength} printable ASCII characters without blanks."
        : IsReserved(id) && !(TryGetOrderId(id, out var named) && named == orderId) ? $"Client order id '{id}' has the form of those that name their order's id, and does not name {orderId}."
        : null;

    /// <summary>Whether the text has the length and the beginning of those made here.</summary>
    public static bool IsReserved(string id) => id.Length == MaxLength && Origins.Contains(id[0], StringComparison.Ordinal);

    /// <summary>The order's id that one of the form made here names.</summary>
    public static bool TryGetOrderId(string? id, out Guid orderId)
    {
        orderId = default;
        if (id is null || !IsReserved(id)) return false;
        var value = UInt128.Zero;
        for (var i = 1; i < MaxLength; i++)
        {
            var c = id[i];
            if (c >= Digits.Length || Digits[c] is var digit && digit == NoDigit) return false;
            if (i < MaxLength - 1) value = (value << 5) | digit;
            else if ((digit & 3) != 0) return false;
            else value = (value << 3) | (uint)(digit >> 2);
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        orderId = new Guid(bytes, bigEndian: true);
        return true;
    }

    /// <summary>The origin's letter and the order's id: 26 digits of 5 bits, the last two of which are nought.</summary>
    internal static string Of(char origin, Guid orderId)
    {
        Span<byte> bytes = stackalloc byte[16];
        orderId.TryWriteBytes(bytes, bigEndian: true, out _);
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> text = stackalloc char[MaxLength];
        text[0] = origin;
        for (var i = 0; i < 25; i++) text[1 + i] = Alphabet[(int)((value >> (123 - 5 * i)) & 31)];
        text[26] = Alphabet[(int)((value & 7) << 2)];
        return new string(text);
    }
}
