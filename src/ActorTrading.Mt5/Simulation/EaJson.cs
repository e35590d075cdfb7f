using System.Buffers.Text;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// JSON as the EA writes it: doubles with 5 decimals, empty text as null, '/' escaped, no white space. One buffer, used again
/// for each frame. For one thread.
/// </summary>
internal sealed class EaJson
{
    private byte[] _buffer = new byte[512];
    private int _length;
    private bool _comma;

    public ReadOnlySpan<byte> Frame => _buffer.AsSpan(0, _length);

    public EaJson Clear()
    {
        _length = 0;
        _comma = false;
        return this;
    }

    public EaJson BeginObject() => Open((byte)'{');
    public EaJson EndObject() => Close((byte)'}');
    public EaJson BeginArray() => Open((byte)'[');
    public EaJson EndArray() => Close((byte)']');

    public EaJson Name(ReadOnlySpan<byte> name)
    {
        Separate();
        Put((byte)'"');
        Put(name);
        Put("\":"u8);
        _comma = false;
        return this;
    }

    public EaJson Text(string? text)
    {
        Separate();
        if (string.IsNullOrEmpty(text))
        {
            Put("null"u8);
            return this;
        }
        Put((byte)'"');
        Span<byte> encoded = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\' or '/')
                Put((byte)'\\');
            if (rune.Value < 0x20)
                Put((byte)' ');
            else
                Put(encoded[..rune.EncodeToUtf8(encoded)]);
        }
        Put((byte)'"');
        return this;
    }

    public EaJson Bool(bool value)
    {
        Separate();
        Put(value ? "true"u8 : "false"u8);
        return this;
    }

    public EaJson Whole(long value)
    {
        Separate();
        Reserve(24);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written);
        _length += written;
        return this;
    }

    public EaJson Double(decimal value)
    {
        Separate();
        Reserve(48);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written, new System.Buffers.StandardFormat('F', 5));
        _length += written;
        return this;
    }

    public EaJson Field(ReadOnlySpan<byte> name, string? text) => Name(name).Text(text);
    public EaJson Field(ReadOnlySpan<byte> name, bool value) => Name(name).Bool(value);
    public EaJson Field(ReadOnlySpan<byte> name, long value) => Name(name).Whole(value);
    public EaJson Field(ReadOnlySpan<byte> name, decimal value) => Name(name).Double(value);

    private EaJson Open(byte bracket)
    {
        Separate();
        Put(bracket);
        _comma = false;
        return this;
    }

    private EaJson Close(byte bracket)
    {
        Put(bracket);
        _comma = true;
        return this;
    }

    private void Separate()
    {
        if (_comma)
            Put((byte)',');
        _comma = true;
    }

    private void Put(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int more)
    {
        if (_length + more > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
