using System.Text;

namespace ActorTrading.Mt5.Wire;

/// <summary>Gives the same string for the same symbol, so that a tick's name allocates nothing. For one thread.</summary>
internal sealed class SymbolTable(Encoding ansi)
{
    /// <summary>Symbols remembered; those beyond are decoded each time.</summary>
    private const int MaxSymbols = 8192;
    private const int MaxNameBytes = 64;

    private readonly Dictionary<string, string> _names = [];

    /// <returns>Null for a name that is empty or longer than any symbol's.</returns>
    public string? Find(ReadOnlySpan<byte> raw)
    {
        if (raw.Length is 0 or > MaxNameBytes)
            return null;
        Span<char> chars = stackalloc char[MaxNameBytes];
        if (Ascii.ToUtf16(raw, chars, out var length) != System.Buffers.OperationStatus.Done || raw.Contains((byte)'\\'))
            return Remember(WireText.Decode(raw, ansi));
        return _names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..length], out var known)
            ? known
            : Remember(new string(chars[..length]));
    }

    private string Remember(string name)
    {
        if (_names.TryGetValue(name, out var known))
            return known;
        if (_names.Count < MaxSymbols)
            _names.Add(name, name);
        return name;
    }
}
