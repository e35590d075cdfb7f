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
        Keys keys;
        if (File.Exists(path))
        {
            keys = JsonSerializer.Deserialize<Keys>(File.ReadAllBytes(path)) ?? throw new InvalidDataException($"{path} holds no keys.");
        }
        else
        {
            keys = new Keys(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(path, options);
            file.Write(JsonSerializer.SerializeToUtf8Bytes(keys));
        }

        return new Dictionary<string, string?>
        {
            ["Auth:Keys:0:Kid"] = "local",
            ["Auth:Keys:0:Algorithm"] = "HS256",
            ["Auth:Keys:0:Secret"] = keys.Tokens,
            ["Webhooks:Key"] = keys.Webhooks,
        };
    }

    private sealed record Keys(string Tokens, string Webhooks);
}
