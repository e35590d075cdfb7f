using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ActorTrading.Mt5.Wire;

/// <summary>Text as the terminal writes it: JSON escapes around bytes that may be UTF-8 or its ANSI code page.</summary>
internal static class WireText
{
    private const int ExcerptLength = 200;

    /// <summary>Decodes the inside of a JSON string. Never throws: bytes that are not UTF-8 are read as <paramref name="ansi"/>.</summary>
    public static string Decode(ReadOnlySpan<byte> raw, Encoding ansi)
    {
        if (raw.IsEmpty)
            return "";
        if (!raw.Contains((byte)'\\'))
            return ToText(raw, ansi);
        var buffer = ArrayPool<byte>.Shared.Rent(raw.Length * 3);
        try
        {
            return ToText(buffer.AsSpan(0, Unescape(raw, buffer)), ansi);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The start of a frame for a person: printable, bounded.</summary>
    public static string Excerpt(ReadOnlySpan<byte> frame)
    {
        var text = new StringBuilder(Math.Min(frame.Length, ExcerptLength) + 1);
        foreach (var b in frame[..Math.Min(frame.Length, ExcerptLength)])
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : '·');
        return frame.Length > ExcerptLength ? text.Append('…').ToString() : text.ToString();
    }

    private static string ToText(ReadOnlySpan<byte> bytes, Encoding ansi) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : ansi.GetString(bytes);

    private static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var written = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 >= raw.Length)
            {
                target[written++] = raw[i];
                continue;
            }
            var escape = raw[++i];
            if (escape == 'u' && i + 4 < raw.Length && TryHex(raw.Slice(i + 1, 4), out var code))
            {
                i += 4;
                var rune = Rune.TryCreate(code, out var r) ? r : Rune.ReplacementChar; // half of a surrogate pair alone
                written += rune.EncodeToUtf8(target[written..]);
                continue;
            }
            target[written++] = escape switch { (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, (byte)'b' => 8, (byte)'f' => 12, _ => escape };
        }
        return written;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out int value) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
