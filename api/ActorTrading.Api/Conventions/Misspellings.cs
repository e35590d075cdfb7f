using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorTrading.Api.Conventions;

/// <summary>
/// A field that a body does not know is passed over, unless it looks like one that it does know: <c>stop_loss</c>, <c>StopLoss</c> or
/// <c>stopLos</c> is refused with the right name. An order must not go out without the stop its sender wrote.
/// </summary>
internal static class Misspellings
{
    /// <summary>Notices the unknown fields of the API's own types. For <see cref="JsonTypeInfoResolver.WithAddedModifier"/>.</summary>
    public static void Notice(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.Namespace?.StartsWith("ActorTrading", StringComparison.Ordinal) != true) return;
        if (type.Properties.Any(property => property.IsExtensionData)) return;
        FieldName[] known = [.. type.Properties.Select(property => new FieldName(property.Name))];
        if (known.Length == 0) return;
        var rest = type.CreateJsonPropertyInfo(typeof(UnknownFields), "");
        rest.IsExtensionData = true;
        var unknown = new UnknownFields(known);
        rest.Get = _ => unknown;
        rest.Set = static (_, _) => { };
        type.Properties.Add(rest);
    }

    /// <summary>The known name that this one was probably meant to be, or null.</summary>
    public static string? Find(string name, FieldName[] known)
    {
        var plain = new FieldName(name).Plain;
        return (Array.Find(known, candidate => candidate.Plain == plain) ?? Array.Find(known, candidate => Distance(plain, candidate.Plain) <= Tolerated(plain, candidate.Plain)))?.Name;
    }

    /// <summary>Mistakes that names of this length may differ by and still be taken for one another.</summary>
    private static int Tolerated(string a, string b) => Math.Min(a.Length, b.Length) switch { > 4 => 2, > 2 => 1, _ => 0 };

    /// <summary>Letters to insert, remove, replace or swap with their neighbour (optimal string alignment). Names beyond 64 letters are like nothing.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64 || Math.Abs(a.Length - b.Length) > 2) return int.MaxValue;
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}

/// <summary>A field's name, and what of it is compared: letters and digits, all small.</summary>
internal sealed record FieldName(string Name)
{
    public string Plain { get; } = new([.. Name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}

/// <summary>Where the serialiser puts the fields a type does not know. Keeps nothing; throws where one looks like a known one.</summary>
internal sealed class UnknownFields(FieldName[] known) : IDictionary<string, JsonElement>
{
    public int Count => 0;
    public bool IsReadOnly => false;
    public ICollection<string> Keys => [];
    public ICollection<JsonElement> Values => [];

    public JsonElement this[string key]
    {
        get => throw new KeyNotFoundException(key);
        set => Add(key, value);
    }

    /// <exception cref="FieldJsonException">The field is probably a known one, misspelt.</exception>
    public void Add(string key, JsonElement value)
    {
        if (Misspellings.Find(key, known) is { } meant) throw new FieldJsonException($"is not a field here: did you mean '{meant}'?", key);
    }

    public void Add(KeyValuePair<string, JsonElement> item) => Add(item.Key, item.Value);
    public void Clear() { }
    public bool Contains(KeyValuePair<string, JsonElement> item) => false;
    public bool ContainsKey(string key) => false;
    public void CopyTo(KeyValuePair<string, JsonElement>[] array, int arrayIndex) { }
    public bool Remove(string key) => false;
    public bool Remove(KeyValuePair<string, JsonElement> item) => false;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out JsonElement value)
    {
        value = default;
        return false;
    }

    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => Enumerable.Empty<KeyValuePair<string, JsonElement>>().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
