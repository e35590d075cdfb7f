using System.Security.Cryptography;
using System.Text.Json;
using ActorTrading.Postgres;

namespace ActorTrading.Silo;

/// <summary>
/// Keys of an installation on embedded defaults: made on first start, kept in the data folder, readable by its owner only. An
/// installation with a configuration of its own names its keys there.
/// </summary>
internal static class LocalKeys
{
    /// <summary>The settings that the keys make, to be put under whatever is configured.</summary>
    public static IReadOnlyDictionary<string, string?> Load(string dataFolder)
    {
        var path = Path.Combine(dataFolder, "keys.json");
        SecretFile.MakeOnce(path, static () => JsonSerializer.SerializeToUtf8Bytes(new Keys(NewKey(), NewKey())));
        var keys = Read(path);
        return new Dictionary<string, string?>
        {
            ["Auth:Keys:0:Kid"] = "local",
            ["Auth:Keys:0:Algorithm"] = "HS256",
            ["Auth:Keys:0:Secret"] = keys.Tokens,
            ["Webhooks:Key"] = keys.Webhooks,
        };
    }

    private static Keys Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Keys>(File.ReadAllBytes(path)) is { Tokens: not null, Webhooks: not null } keys ? keys : throw NoKeys(path);
        }
        catch (JsonException)
        {
            throw NoKeys(path);
        }
    }

    private static InvalidDataException NoKeys(string path) =>
        new($"{path} does not hold the keys that were made at the first start. Bring it back from a backup; without one, delete it, and everybody signs in again.");

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private sealed record Keys(string Tokens, string Webhooks);
}
