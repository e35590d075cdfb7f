using System.Globalization;

namespace ActorTrading.Silo;

/// <summary>Settings that are whole numbers of a range.</summary>
internal static class Numbers
{
    /// <exception cref="StartupException">It is no such number; the message names the setting.</exception>
    public static int Of(IConfiguration configuration, string name, int otherwise, int min, int max) =>
        configuration[name] is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}': it must be a whole number from {min} to {max}."));
}
