using System.Collections.Frozen;

namespace ActorTrading.Api.Auth.Tokens;

/// <summary>
/// The first key signs; every key verifies. To rotate: put the new key first, keep the old one until its last token has
/// expired, then drop it.
/// </summary>
public sealed class KeyRing : IDisposable
{
    private readonly FrozenDictionary<string, JwtKey> _byKid;

    public KeyRing(IReadOnlyList<JwtKey> keys)
    {
        if (keys.Count == 0)
            throw new ArgumentException("A key ring needs at least one key.", nameof(keys));
        Current = keys[0];
        _byKid = keys.ToFrozenDictionary(k => k.Kid, StringComparer.Ordinal);
    }

    public JwtKey Current { get; }

    public JwtKey? Find(string kid) => _byKid.GetValueOrDefault(kid);

    public void Dispose()
    {
        foreach (var key in _byKid.Values)
            key.Dispose();
    }
}
