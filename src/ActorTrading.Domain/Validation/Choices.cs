namespace ActorTrading.Domain;

/// <summary>The names that a field may have, as a refusal lists them.</summary>
internal static class Choices
{
    /// <summary>The enum's names as the API spells them, e.g. <c>include, exclude</c>.</summary>
    public static string Of<T>() where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(name => char.ToLowerInvariant(name[0]) + name[1..]));
}
