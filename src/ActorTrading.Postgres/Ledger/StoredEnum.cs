using System.Collections.Frozen;
using System.Text.Json;

namespace ActorTrading.Postgres;

/// <summary>An enum's stored name: camelCase, as in <see cref="ActorTrading.Domain.DomainJson"/>, without allocating one per row.</summary>
public static class StoredEnum<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Names =
        Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> Values = Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static string Name(T value) => Names[value];

    /// <exception cref="InvalidDataException">Not one of the names.</exception>
    public static T Parse(string name) => Values.TryGetValue(name, out var value)
        ? value
        : throw new InvalidDataException($"'{name}' is stored where a {typeof(T).Name} belongs, which has {string.Join(", ", Values.Keys)}.");
}
