namespace ActorTrading.Pine.Library;

/// <summary>
/// The Pine name that a helper implements, for example "ta.ema" or "math.round". Parameters carry Pine's own names and
/// order, except those marked <see cref="FromBarAttribute"/>, which the caller fills from the current bar.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Field, AllowMultiple = true)]
public sealed class PineNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>
/// A parameter that is not written in the script: open, high, low, close, volume of the current bar, prevClose (close of the
/// bar before, NaN on the first), or sessionStart (whether this bar is the first of its trading day).
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FromBarAttribute : Attribute;
