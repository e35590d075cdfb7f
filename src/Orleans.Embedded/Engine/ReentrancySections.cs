namespace Orleans.Embedded.Engine;

/// <summary>The call chains that may re-enter one activation.</summary>
internal sealed class ReentrancySections
{
    private static long _last;

    private readonly Dictionary<Guid, int> _sections = [];

    /// <summary>A new id; unique in this process, which is as far as a call chain goes.</summary>
    internal static Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes[8..], Interlocked.Increment(ref _last));
        return new Guid(bytes);
    }

    internal void Enter(Guid id)
    {
        lock (_sections)
            _sections[id] = _sections.GetValueOrDefault(id) + 1;
    }

    internal void Leave(Guid id)
    {
        lock (_sections)
        {
            var left = _sections.GetValueOrDefault(id) - 1;
            if (left <= 0)
                _sections.Remove(id);
            else
                _sections[id] = left;
        }
    }

    internal bool Contains(Guid id)
    {
        lock (_sections)
            return _sections.ContainsKey(id);
    }
}
