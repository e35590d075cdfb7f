using System.Buffers.Binary;
using System.Buffers.Text;

namespace ActorTrading.Postgres;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Next">Ask with this for the next page; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <param name="Limit">1 to 500 items.</param>
/// <param name="Cursor">A <see cref="Page{T}.Next"/>; null for the first page.</param>
public sealed record PageRequest(int Limit = 50, string? Cursor = null)
{
    public const int LimitMax = 500;
}

/// <summary>A cursor is not one that this service has given out.</summary>
public sealed class InvalidCursorException(string cursor) : ArgumentException($"'{cursor}' is not a cursor of this list.");

/// <summary>Where a page ended: the time and the id of its last row. A list stays whole while rows are added before it.</summary>
internal readonly record struct PageKey(DateTimeOffset At, Guid Id)
{
    /// <summary>Before every row.</summary>
    public static PageKey Newest { get; } = new(DateTimeOffset.UnixEpoch.AddYears(7000), Guid.AllBitsSet);

    public static PageKey Of(PageRequest page)
    {
        if (page.Limit is < 1 or > PageRequest.LimitMax)
            throw new ArgumentOutOfRangeException(nameof(page), page.Limit, $"A page holds 1 to {PageRequest.LimitMax} items.");
        if (page.Cursor is not { } cursor) return Newest;
        Span<byte> bytes = stackalloc byte[24];
        if (cursor.Length > 64 || !Base64Url.IsValid(cursor) || !Base64Url.TryDecodeFromChars(cursor, bytes, out var written) || written != bytes.Length)
            throw new InvalidCursorException(cursor);
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw new InvalidCursorException(cursor);
        return new PageKey(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[8..], bigEndian: true));
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(bytes, At.UtcTicks);
        Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>A page of rows that were asked for with one more than the limit.</summary>
    public static Page<T> Cut<T>(List<T> rows, PageRequest page, Func<T, PageKey> key)
    {
        if (rows.Count <= page.Limit) return new Page<T>(rows, null);
        rows.RemoveRange(page.Limit, rows.Count - page.Limit);
        return new Page<T>(rows, key(rows[^1]).ToString());
    }
}
