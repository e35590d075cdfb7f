using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Realtime;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Limits;

/// <summary>Marks an endpoint where passwords and secrets are tried.</summary>
public sealed class SignInLimitAttribute : Attribute;

/// <summary>
/// A token bucket a user, or an address where nobody is signed in; says in <c>RateLimit-*</c> how much is left. An idle bucket is forgotten.
/// </summary>
public sealed class RateLimits(RequestDelegate next, LimitOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string>? _requests = TokenBuckets.Create(options.Requests);
    private readonly PartitionedRateLimiter<string>? _signIn = TokenBuckets.Create(options.SignIn);

    public async Task InvokeAsync(HttpContext context)
    {
        if (IsCounted(context.Request.Path))
        {
            var isSignIn = context.GetEndpoint()?.Metadata.GetMetadata<SignInLimitAttribute>() is not null;
            var (limiter, rate) = isSignIn ? (_signIn, options.SignIn) : (_requests, options.Requests);
            // Who guesses passwords comes with any token: there the address counts.
            if (limiter is not null)
                Take(context, limiter, rate, isSignIn ? TokenBuckets.Address(context) : context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? TokenBuckets.Address(context));
        }
        await next(context);
    }

    // A hub connection begins with a request like any other.
    private static bool IsCounted(PathString path) => path.StartsWithSegments("/api") || path.StartsWithSegments($"{RealtimeServices.HubPath}/negotiate");

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

    public void Dispose()
    {
        _requests?.Dispose();
        _signIn?.Dispose();
    }
}
