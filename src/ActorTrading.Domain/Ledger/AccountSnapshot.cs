using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorTrading.Domain;

/// <summary>
/// An account's state as bytes, so that its ledger need not be folded from the first entry each time. Only ever a shortcut: what cannot be
/// read, or was written by another <see cref="Version"/>, is thrown away and the ledger is folded.
/// </summary>
public static class AccountSnapshot
{
    /// <summary>To be raised with every change of what <see cref="AccountState.Apply(LedgerEntry)"/> makes of an entry. Its shape is looked after by itself.</summary>
    public const int Fold = 4;

    /// <summary>Which fold into which shape of <see cref="AccountState"/>: every property and enum member that a state is made of counts.</summary>
    public static string Version { get; } = $"{Fold}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Shape())))[..24]}";

    public static byte[] Write(AccountState state)
    {
        using var bytes = new MemoryStream();
        using (var packed = new BrotliStream(bytes, CompressionLevel.Fastest))
            JsonSerializer.Serialize(packed, state, DomainJson.Options);
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is none of this version's.</exception>
    public static AccountState Read(byte[] bytes)
    {
        try
        {
            using var packed = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
            return JsonSerializer.Deserialize<AccountState>(packed, DomainJson.Options) ?? throw new InvalidDataException("An account snapshot is null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new InvalidDataException($"An account snapshot cannot be read: {e.Message}", e);
        }
    }

    private static string Shape()
    {
        var text = new StringBuilder();
        Describe(typeof(AccountState), text, []);
        return text.ToString();
    }

    private static void Describe(Type type, StringBuilder text, HashSet<Type> seen)
    {
        if (!seen.Add(type)) return;
        if (type.IsEnum)
        {
            text.Append(type.Name).Append('=').AppendJoin(',', Enum.GetNames(type)).Append(';');
            return;
        }
        foreach (var argument in type.GetGenericArguments()) Describe(argument, text, seen);
        var info = DomainJson.Options.GetTypeInfo(type);
        if (info.Kind != JsonTypeInfoKind.Object) return;
        text.Append(type.Name).Append('{');
        foreach (var property in info.Properties.OrderBy(p => p.Name, StringComparer.Ordinal))
            text.Append(property.Name).Append(':').Append(property.PropertyType).Append(';');
        text.Append('}');
        foreach (var property in info.Properties.OrderBy(p => p.Name, StringComparer.Ordinal)) Describe(property.PropertyType, text, seen);
    }
}
