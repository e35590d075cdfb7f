using System.Security.Cryptography;
using System.Text.Json;

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
        Directory.CreateDirectory(dataFolder);
        var path = Path.Combine(dataFolder, "keys.json");
        if (!File.Exists(path))
        {
            Make(path);
        }

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

    /// <summary>Under its name the file is whole from the first moment on, whoever is killed or makes it at the same time.</summary>
    private static void Make(string path)
    {
        var keys = new Keys(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var making = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        using (var file = new FileStream(making, options))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(keys));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(making, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another was first: its keys count.
            File.Delete(making);
        }
    }

    private sealed record Keys(string Tokens, string Webhooks);
}
