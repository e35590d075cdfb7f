using ActorTrading.Contracts;
using ActorTrading.Postgres;

namespace ActorTrading.Silo;

/// <summary>The keys for what is stored and what is signed, as the configuration has them. What is wrong with one is said without showing it.</summary>
internal static class ConfiguredKeys
{
    /// <summary>An empty key signs as well as any other, and anybody can forge what it signs.</summary>
    private const int WebhookKeyBytesMin = 16;

    /// <exception cref="StartupException">It is no such key.</exception>
    public static WebhookSecrets Webhooks(IConfiguration configuration)
    {
        var text = configuration["Webhooks:Key"] ?? "";
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length >= WebhookKeyBytesMin
            ? new WebhookSecrets(key[..length])
            : throw new StartupException($"Webhooks:Key must be {WebhookKeyBytesMin} random bytes or more in base64. Make one with 'openssl rand -base64 32'.");
    }

    /// <summary>Those of the configuration, else those in the data folder, made on first start.</summary>
    /// <exception cref="StartupException">They are no such keys.</exception>
    public static KeyRing Secrets(IConfiguration configuration, string dataFolder)
    {
        var configured = configuration["Secrets:Keys"] is { Length: > 0 } keys ? keys : null;
        var file = Path.Combine(dataFolder, "secrets.keys");
        try
        {
            return configured is null ? KeyRing.LoadOrCreate(file) : KeyRing.Parse(configured);
        }
        catch (FormatException e)
        {
            throw new StartupException($"{(configured is null ? file : "Secrets:Keys")}: {e.Message}");
        }
    }
}
