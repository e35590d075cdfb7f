using System.Collections.Concurrent;

namespace ActorTrading.Domain;

/// <summary>Time zones by IANA name, looked up once each.</summary>
internal static class TimeZones
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Known = new(StringComparer.Ordinal);

    /// <exception cref="TimeZoneNotFoundException">The name is not one the system knows.</exception>
    public static TimeZoneInfo Find(string name) => Known.GetOrAdd(name, TimeZoneInfo.FindSystemTimeZoneById);
}
