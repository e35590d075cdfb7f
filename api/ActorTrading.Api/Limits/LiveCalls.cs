using System.Threading.RateLimiting;

namespace ActorTrading.Api.Limits;

/// <summary>
/// A user's calls over live connections, each of which may read a ledger: as many at once, and then as many a second, as of its requests. Those
/// beyond wait their turn instead of being refused, since a client that comes back asks for everything it follows at one go. A connection has one
/// call under way, so there wait no more than it has connections.
/// </summary>
public sealed class LiveCalls(LimitOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string>? _calls = TokenBuckets.Create(options.Requests, queued: int.MaxValue);

    /// <summary>Returns when the user may be served.</summary>
    /// <exception cref="OperationCanceledException">The connection ended first.</exception>
    public async ValueTask TakeTurnAsync(Guid userId, CancellationToken cancel)
    {
        if (_calls is not null)
            (await _calls.AcquireAsync(userId.ToString(), 1, cancel)).Dispose();
    }

    /// <summary>The user's calls that wait now.</summary>
    public long Waiting(Guid userId) => _calls?.GetStatistics(userId.ToString())?.CurrentQueuedCount ?? 0;

    public void Dispose() => _calls?.Dispose();
}
