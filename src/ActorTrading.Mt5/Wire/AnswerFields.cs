using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ActorTrading.Mt5.Wire;

/// <summary>Reads the fields of one JSON object; a missing or unreadable one is an error with its name and value.</summary>
internal readonly struct AnswerFields(JsonElement element, Encoding ansi, ServerClock clock)
{
    public string Text(ReadOnlySpan<byte> name) => TextOrNull(name) ?? "";

    public string? TextOrNull(ReadOnlySpan<byte> name)
    {
        if (!TryGet(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return value.ValueKind switch
        {
            JsonValueKind.String => WireText.Decode(raw[1..^1], ansi),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => WireText.Decode(raw, ansi),
            _ => throw Bad(name, value),
        };
    }

    public decimal Number(ReadOnlySpan<byte> name) =>
        TryGet(name, out var value) && LenientNumber.TryRead(value, out var number) ? number : throw Bad(name, value);

    /// <summary>0 where it is missing.</summary>
    public decimal NumberOrZero(ReadOnlySpan<byte> name) => TryGet(name, out _) ? Number(name) : 0;

    /// <summary>A price level: null where the terminal says 0.</summary>
    public decimal? Level(ReadOnlySpan<byte> name)
    {
        var value = NumberOrZero(name);
        return value > 0 ? value : value == 0 ? null : throw Bad(name, element.GetProperty(name));
    }

    public decimal Positive(ReadOnlySpan<byte> name)
    {
        var value = Number(name);
        return value > 0 ? value : throw Bad(name, element.GetProperty(name));
    }

    public long Integer(ReadOnlySpan<byte> name) =>
        LenientNumber.TryToInt64(Number(name), out var whole) ? whole : throw Bad(name, element.GetProperty(name));

    public long IntegerOrZero(ReadOnlySpan<byte> name) => TryGet(name, out _) ? Integer(name) : 0;

    public long Ticket(ReadOnlySpan<byte> name)
    {
        var ticket = Integer(name);
        return ticket > 0 ? ticket : throw Bad(name, element.GetProperty(name));
    }

    public bool Flag(ReadOnlySpan<byte> name) => NumberOrZero(name) != 0;

    /// <summary>Seconds since 1970 in the server's zone.</summary>
    public DateTimeOffset Time(ReadOnlySpan<byte> name)
    {
        var seconds = Integer(name);
        return seconds is > 0 and < ServerClock.MaxMs / 1000 && ServerClock.IsPlausible(seconds * 1000)
            ? clock.ToUtc(seconds * 1000)
            : throw Bad(name, element.GetProperty(name));
    }

    public TerminalProtocolException Wrong(ReadOnlySpan<byte> name) => Bad(name, TryGet(name, out var value) ? value : default);

    private bool TryGet(ReadOnlySpan<byte> name, out JsonElement value)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return element.TryGetProperty(name, out value);
        throw new TerminalProtocolException($"wanted an object, found {element.ValueKind}");
    }

    private static TerminalProtocolException Bad(ReadOnlySpan<byte> name, JsonElement value) => new(value.ValueKind == JsonValueKind.Undefined
        ? $"'{Encoding.ASCII.GetString(name)}' is missing"
        : $"'{Encoding.ASCII.GetString(name)}' cannot be {WireText.Excerpt(JsonMarshal.GetRawUtf8Value(value))}");
}
