using System.Threading.RateLimiting;
using ActorTrading.Api.Conventions;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Limits;

/// <summary>
/// API keys that were none, by address. Each costs a look into the database before anybody is known, so an address that has sent as many as it may
/// try passwords has no further key looked up until the bucket refills; keys that hold cost nothing.
/// </summary>
public sealed class FailedKeys(LimitOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string>? _tries = TokenBuckets.Create(options.SignIn);

    /// <exception cref="ApiException">429: too many were none.</exception>
    public void ThrowIfTooMany(HttpContext context)
    {
        if (_tries?.GetStatistics(TokenBuckets.Address(context)) is { CurrentAvailablePermits: 0 })
            throw new ApiException(429, ProblemCodes.TooManyRequests, "Too many keys from this address were unknown: wait as long as Retry-After says.")
            {
                RetryAfter = TimeSpan.FromSeconds(1 / options.SignIn.PerSecond),
            };
    }

    public void Count(HttpContext context) => _tries?.AttemptAcquire(TokenBuckets.Address(context)).Dispose();

    public void Dispose() => _tries?.Dispose();
}
