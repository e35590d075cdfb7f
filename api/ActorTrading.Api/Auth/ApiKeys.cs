namespace ActorTrading.Api.Auth;

/// <summary>What an API key looks like.</summary>
public static class ApiKeys
{
    /// <summary>So that a key that has leaked into a log or a repository is recognised.</summary>
    public const string Prefix = "atk_";

    /// <summary>As many as one user may have at a time.</summary>
    public const int PerUserMax = 50;

    /// <summary>Characters of the key that are kept readable, to tell one's keys apart.</summary>
    public const int ShownLength = 10;
}
