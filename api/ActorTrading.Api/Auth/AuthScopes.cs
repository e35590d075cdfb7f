using System.Collections.Immutable;

namespace ActorTrading.Api.Auth;

/// <summary>What a token or key may do.</summary>
public static class AuthScopes
{
    public const string ClaimType = "scope";

    /// <summary>See whatever the user may see.</summary>
    public const string Read = "read";

    /// <summary>Place orders, change alerts, links and accounts.</summary>
    public const string Trade = "trade";

    /// <summary>Change how one signs in: password, API keys, second factor. Only a person's own session has it, never an API key.</summary>
    public const string Security = "security";

    public static ImmutableArray<string> Session { get; } = [Read, Trade, Security];

    public static ImmutableArray<string> Grantable { get; } = [Read, Trade];
}
