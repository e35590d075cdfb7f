using ActorTrading.Api.Limits;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Api.Trading;

/// <summary>
/// Asks grains, and again while silos come and go, so that a client of the API does not notice that one was restarted or died.
/// For what may be asked twice: a question, a state to be in, or something made under an id of its own.
/// </summary>
public sealed class GrainCalls(IGrainFactory grains, LimitOptions limits, TimeProvider clock, ILogger<GrainCalls> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public Asked<TGrain> Grain<TGrain>(Guid key) where TGrain : IGrainWithGuidKey => new(this, grains.GetGrain<TGrain>(key));

    public Asked<TGrain> Grain<TGrain>(string key) where TGrain : IGrainWithStringKey => new(this, grains.GetGrain<TGrain>(key));

    public Asked<TGrain> Grain<TGrain>(long key) where TGrain : IGrainWithIntegerKey => new(this, grains.GetGrain<TGrain>(key));

    private async Task<T> AskAsync<TGrain, T>(TGrain grain, Func<TGrain, Task<T>> question, CancellationToken cancel)
        where TGrain : IGrain
    {
        var since = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await question(grain);
            }
            catch (Exception e) when (IsPassing(e) && !cancel.IsCancellationRequested && clock.GetElapsedTime(since) + pause < TimeSpan.FromSeconds(limits.AskAgainSeconds))
            {
                log.LogInformation("{Grain} did not answer and is asked again: {Reason}", grain.GetGrainId(), e.Message);
            }

            await Task.Delay(pause, clock, cancel);
        }
    }

    /// <summary>What the next activation, on another silo, may do better: the asked one is gone, going, or has lost its account to another.</summary>
    private static bool IsPassing(Exception e) => e switch
    {
        // Too much was waiting there: asking again would add to it.
        LimitExceededException => false,
        OrleansException => true,
        // Read by a silo of an older version, which does not know what was asked.
        TypeLoadException => true,
        ConflictException { Conflict: LedgerConflict.Sequence or LedgerConflict.CopyDecision } => true,
        TimeoutException or OperationCanceledException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>A grain to be asked.</summary>
    public readonly struct Asked<TGrain>(GrainCalls calls, TGrain grain)
        where TGrain : IGrain
    {
        /// <exception cref="OrleansException">Still without an answer after <see cref="LimitOptions.AskAgainSeconds"/>; others as the grain throws them.</exception>
        public Task<T> AskAsync<T>(Func<TGrain, Task<T>> question, CancellationToken cancel) => calls.AskAsync(grain, question, cancel);

        /// <inheritdoc cref="AskAsync{T}" />
        public Task AskAsync(Func<TGrain, Task> question, CancellationToken cancel) => calls.AskAsync(grain, async g =>
        {
            await question(g);
            return true;
        }, cancel);
    }
}
