using Orleans.Embedded.Engine;

namespace Orleans.Runtime;

/// <summary>Values that travel with requests: set by the caller, seen by the callee and by whom it calls.</summary>
public static class RequestContext
{
    internal const string ReentrancyKey = "#RC_CCR";

    private static readonly AsyncLocal<Dictionary<string, object>?> Current = new();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Current.Value ?? [];

    public static IEnumerable<string> Keys => Current.Value is { } values ? values.Keys : [];

    /// <summary>The call chain that may re-enter, or <see cref="Guid.Empty"/>.</summary>
    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty)
                Remove(ReentrancyKey);
            else
                Set(ReentrancyKey, value);
        }
    }

    public static object? Get(string key) => Current.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(key);
        // Copied on every change, because requests already sent share the old one.
        Current.Value = Current.Value is { } values ? new Dictionary<string, object>(values) { [key] = value } : new() { [key] = value };
    }

    public static bool Remove(string key)
    {
        if (Current.Value is not { } values || !values.ContainsKey(key))
            return false;
        var rest = new Dictionary<string, object>(values);
        rest.Remove(key);
        Current.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (Current.Value is not null)
            Current.Value = null;
    }

    /// <summary>Until disposed, calls that come back to this activation from the calls it makes are let in.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        var id = original == Guid.Empty ? ReentrancySections.NewId() : original;
        if (original == Guid.Empty)
            ReentrancyId = id;
        return new ReentrancySection(original, id);
    }

    /// <summary>Until disposed, calls that come back are queued as usual.</summary>
    public static ReentrancySection SuppressCallChainReentrancy()
    {
        var original = ReentrancyId;
        ReentrancyId = Guid.Empty;
        return new ReentrancySection(original, Guid.Empty);
    }

    internal static Dictionary<string, object>? Export() => Current.Value;

    internal static void Import(Dictionary<string, object>? values) => Current.Value = values;

    /// <summary>The scope of a change to call chain reentrancy.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _entered;
        private readonly Activation? _activation;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            (_original, _entered) = (originalReentrancyId, newReentrancyId);
            if (newReentrancyId != Guid.Empty)
            {
                _activation = Turn.Current;
                _activation?.Reentrancy.Enter(newReentrancyId);
            }
        }

        public void Dispose()
        {
            ReentrancyId = _original;
            _activation?.Reentrancy.Leave(_entered);
        }
    }
}
