using ActorTrading.Api.Auth;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime.Quotes;

namespace ActorTrading.Api;

/// <summary>Refuses settings that cannot be meant, by name and before anything is served: a request would only find out one by one.</summary>
internal static class OptionChecks
{
    /// <exception cref="InvalidOperationException">Names the setting, what it is, and what would be right.</exception>
    public static void Check(this ApiOptions options)
    {
        Check(options.Auth);
        Check(options.Limits);
        Check(options.Fanout);
        foreach (var origin in options.Cors.Origins)
            Require(IsOrigin(origin), "Cors:Origins", origin, "a browser's Origin such as https://app.example.com, without a path, a slash at the end or a usual port");
    }

    private static void Check(AuthOptions auth)
    {
        // A number alone is read as days.
        Within(auth.AccessTokenLifetime, "Auth:AccessTokenLifetime", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Within(auth.RefreshTokenLifetime, "Auth:RefreshTokenLifetime", TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));
        Within(auth.PasswordResetLifetime, "Auth:PasswordResetLifetime", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        Within(auth.ClockSkew, "Auth:ClockSkew", TimeSpan.Zero, TimeSpan.FromHours(1));
        Within(auth.PasswordIterations, "Auth:PasswordIterations", 1, 100_000_000);
        Require(auth.PasswordResetUrl.Contains("{token}", StringComparison.Ordinal), "Auth:PasswordResetUrl", auth.PasswordResetUrl, "an address with {token} in it");
        foreach (var same in auth.Keys.GroupBy(k => k.Kid, StringComparer.Ordinal))
            Require(same.Count() == 1, "Auth:Keys:*:Kid", same.Key, "another for each key");
        auth.CreateKeyRing().Dispose();
    }

    private static void Check(LimitOptions limits)
    {
        Check(limits.Requests, "Limits:Requests");
        Check(limits.SignIn, "Limits:SignIn");
        Within(limits.ConnectionsPerUser, "Limits:ConnectionsPerUser", 0, int.MaxValue);
        Within(limits.AlertsPerUser, "Limits:AlertsPerUser", 0, int.MaxValue);
        Within(limits.RunsPerUser, "Limits:RunsPerUser", 0, int.MaxValue);
        Within(limits.AskAgainSeconds, "Limits:AskAgainSeconds", 0, 600);
        Within(limits.BodyBytesMax, "Limits:BodyBytesMax", 1024, int.MaxValue);
    }

    private static void Check(RateOptions rate, string name)
    {
        // 0 lifts the limit; that a negative number did so too was a surprise.
        Within(rate.Burst, $"{name}:Burst", 0, int.MaxValue);
        if (rate.Burst > 0)
            Within(rate.PerSecond, $"{name}:PerSecond", 0.000_01, 1_000_000);
    }

    private static void Check(FanoutOptions fanout)
    {
        Within(fanout.DefaultPerSecond, "Fanout:DefaultPerSecond", 0, QuoteFanout.PerSecondMax);
        Within(fanout.LogCapacity, "Fanout:LogCapacity", 1, 1 << 24);
        Within(fanout.GatherMin, "Fanout:GatherMin", TimeSpan.Zero, TimeSpan.FromHours(1));
        Within(fanout.GatherMax, "Fanout:GatherMax", fanout.GatherMin, TimeSpan.FromHours(1));
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);

    private static void Within<T>(T value, string name, T min, T max) where T : IComparable<T>, IFormattable =>
        Require(value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0, name, value, FormattableString.Invariant($"from {min} to {max}"));

    private static void Require<T>(bool holds, string name, T value, string right)
    {
        if (!holds)
            throw new InvalidOperationException(FormattableString.Invariant($"{name} is '{value}': it must be {right}."));
    }
}
