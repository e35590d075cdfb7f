using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Limits;

/// <summary>A bucket of tokens for each who asks.</summary>
internal static class TokenBuckets
{
    /// <summary>An IPv6 customer has a whole /64: it counts as one.</summary>
    public static string Address(HttpContext context)
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

    /// <param name="queued">How many may wait for a token, the first to come first; the others are refused.</param>
    public static PartitionedRateLimiter<string>? Create(RateOptions rate, int queued = 0)
    {
        if (rate.Burst <= 0)
            return null;
        if (rate.PerSecond <= 0)
            throw new InvalidOperationException("Limits: PerSecond must be above 0 where Burst is.");
        var (tokens, period) = Refill(rate.PerSecond);
        return PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetTokenBucketLimiter(who, _ => new()
        {
            TokenLimit = rate.Burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = period,
            AutoReplenishment = true,
            QueueLimit = queued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }));
    }

    /// <summary>Whole tokens at each refill, at least a tenth of a second apart, that make the rate.</summary>
    internal static (int Tokens, TimeSpan Period) Refill(double perSecond)
    {
        var tokens = Math.Max(1, (int)Math.Ceiling(perSecond / 10));
        return (tokens, TimeSpan.FromSeconds(tokens / perSecond));
    }
}
