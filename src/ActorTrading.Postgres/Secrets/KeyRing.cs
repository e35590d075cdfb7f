using System.Security.Cryptography;
using System.Text;

namespace ActorTrading.Postgres;

/// <summary>
/// The keys that secrets are encrypted with: new ones with the newest, old ones with the one they name. Written <c>1:base64,2:base64</c>, each key 32 bytes.
/// A key may be removed only when nothing is encrypted with it any more.
/// </summary>
public sealed class KeyRing
{
    private const int KeyBytes = 32;
    private readonly Dictionary<int, byte[]> keys;

    private KeyRing(Dictionary<int, byte[]> keys)
    {
        this.keys = keys;
        CurrentId = keys.Keys.Max();
    }

    /// <summary>The key that new secrets are encrypted with.</summary>
    public int CurrentId { get; }

    /// <exception cref="FormatException">Says which part is wrong, without showing a key.</exception>
    public static KeyRing Parse(string text)
    {
        var keys = new Dictionary<int, byte[]>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':');
            if (colon < 1 || !int.TryParse(part[..colon], out var id) || id is < 1 or > 65535)
                throw new FormatException($"Key {keys.Count + 1} of the key ring does not begin with its number, 1 to 65535, and a colon.");
            var bytes = new byte[KeyBytes + 1];
            if (!Convert.TryFromBase64String(part[(colon + 1)..], bytes, out var length) || length != KeyBytes)
                throw new FormatException($"Key {id} of the key ring is not {KeyBytes} bytes in base64. Make one with 'openssl rand -base64 {KeyBytes}'.");
            if (!keys.TryAdd(id, bytes[..KeyBytes])) throw new FormatException($"Key {id} is twice in the key ring.");
        }
        if (keys.Count == 0) throw new FormatException($"The key ring is empty. Make a key with 'openssl rand -base64 {KeyBytes}' and write it as 1:<key>.");
        return new KeyRing(keys);
    }

    /// <summary>The ring in a file that only its owner may read; a first key is made where there is no file.</summary>
    public static KeyRing LoadOrCreate(string file)
    {
        SecretFile.MakeOnce(file, static () => Encoding.ASCII.GetBytes($"1:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))}\n"));
        return Parse(File.ReadAllText(file).ReplaceLineEndings(","));
    }

    internal byte[]? Find(int id) => keys.GetValueOrDefault(id);
}
