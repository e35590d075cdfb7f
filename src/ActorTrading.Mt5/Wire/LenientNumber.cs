using System.Buffers.Text;
using System.Text.Json;

namespace ActorTrading.Mt5.Wire;

/// <summary>Numbers as the terminal may write them: a number, a number in quotes, true and false for 1 and 0, null for 0.</summary>
internal static class LenientNumber
{
    /// <summary>Longest text taken for a number.</summary>
    private const int MaxLength = 40;

    public static bool TryRead(ref readonly Utf8JsonReader reader, out decimal value)
    {
        value = 0;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number or JsonTokenType.String:
                return TryParse(reader.ValueSpan, out value);
            case JsonTokenType.True:
                value = 1;
                return true;
            case JsonTokenType.False or JsonTokenType.Null:
                return true;
            default:
                return false;
        }
    }

    public static bool TryRead(JsonElement element, out decimal value)
    {
        value = 0;
        switch (element.ValueKind)
        {
            case JsonValueKind.Number:
                return TryParse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element), out value);
            case JsonValueKind.String:
                return TryParse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element)[1..^1], out value);
            case JsonValueKind.True:
                value = 1;
                return true;
            case JsonValueKind.False or JsonValueKind.Null:
                return true;
            default:
                return false;
        }
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > MaxLength)
            return false;
        // Without an exponent first: with 'e' allowed the parser refuses plain numbers.
        return Utf8Parser.TryParse(text, out value, out var used) && used == text.Length
            || Utf8Parser.TryParse(text, out value, out used, 'e') && used == text.Length;
    }

    /// <summary>Whole and inside a 64-bit integer.</summary>
    public static bool TryToInt64(decimal value, out long whole)
    {
        whole = 0;
        if (value is < long.MinValue or > long.MaxValue || decimal.Truncate(value) != value)
            return false;
        whole = (long)value;
        return true;
    }
}
