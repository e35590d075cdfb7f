using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Threading.RateLimiting;
using ActorTrading.Api.Conventions;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Limits;

/// <summary>Marks an endpoint where passwords and secrets are tried.</summary>
public sealed class SignInLimitAttribute : Attribute;

/// <summary>
/// A token bucket a user, or an address where nobody is signed in; says in <c>RateLimit-*</c> how much is left. An idle bucket is forgotten.
/// </summary>
public sealed class RateLimits(RequestDelegate next, LimitOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string>? _requests = Create(options.Requests);
    private readonly PartitionedRateLimiter<string>? _signIn = Create(options.SignIn);

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/api"))
        {
            var isSignIn = context.GetEndpoint()?.Metadata.GetMetadata<SignInLimitAttribute>() is not null;
            var (limiter, rate) = isSignIn ? (_signIn, options.SignIn) : (_requests, options.Requests);
            // Who guesses passwords comes with any token: there the address counts.
            if (limiter is not null)
                Take(context, limiter, rate, isSignIn ? Address(context) : context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? Address(context));
        }
        await next(context);
    }

    private static void Take(HttpContext context, PartitionedRateLimiter<string> limiter, RateOptions rate, string who)
    {
        using var lease = limiter.AttemptAcquire(who);
        var left = limiter.GetStatistics(who)?.CurrentAvailablePermits ?? 0;
        var headers = context.Response.Headers;
        headers["RateLimit-Limit"] = rate.Burst.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = Math.Ceiling((rate.Burst - left) / rate.PerSecond).ToString(CultureInfo.InvariantCulture);
        if (lease.IsAcquired)
            return;
        throw new ApiException(429, ProblemCodes.TooManyRequests, "Too many requests: wait as long as Retry-After says.")
        {
            RetryAfter = TimeSpan.FromSeconds(1 / rate.PerSecond),
        };
    }

    /// <summary>An IPv6 customer has a whole /64: it counts as one.</summary>
    private static string Address(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    private static PartitionedRateLimiter<string>? Create(RateOptions rate)
    {
        if (rate.Burst <= 0)
            return null;
        if (rate.PerSecond <= 0)
            throw new InvalidOperationException("Limits: PerSecond must be above 0 where Burst is.");
        // At least a tenth of a second between refills, and whole tokens at each.
        var period = TimeSpan.FromSeconds(Math.Max(0.1, 1 / rate.PerSecond));
        var tokens = Math.Max(1, (int)Math.Round(rate.PerSecond * period.TotalSeconds));
        return PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetTokenBucketLimiter(who, _ => new()
        {
            TokenLimit = rate.Burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = period,
            AutoReplenishment = true,
            QueueLimit = 0,
        }));
    }

    public void Dispose()
    {
        _requests?.Dispose();
        _signIn?.Dispose();
    }
}
