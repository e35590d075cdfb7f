using ActorTrading.Contracts;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>An account that does not know its ledger any more ends, and sees to it that there is a next.</summary>
public sealed partial class AccountGrain
{
    /// <summary>An account that lost its ledger is brought up again so soon, then less and less often, and not for ever.</summary>
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ComeBackAfterMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ComeBackWithin = TimeSpan.FromHours(1);

    /// <summary>
    /// What could not be written surely may be durable, and the levels in it stand in no book: nobody but this activation knows that there is
    /// something to arm. So it brings up the next, which reads the ledger and arms.
    /// </summary>
    private async Task ComeBackAsync()
    {
        var since = clock.GetTimestamp();
        for (var pause = ComeBackAfter; clock.GetElapsedTime(since) < ComeBackWithin; pause = pause * 2 < ComeBackAfterMax ? pause * 2 : ComeBackAfterMax)
        {
            try
            {
                await GrainFactory.GetGrain<IAccountGrain>(Id).GetStatusAsync();
                return;
            }
            catch (Exception e)
            {
                log.LogWarning("Account {AccountId} does not come back yet: {Reason}", Id, e.Message);
            }

            await Task.Delay(pause, clock);
        }

        log.LogError("Account {AccountId} has not come back within {Patience}; its levels are armed when somebody calls it", Id, ComeBackWithin);
    }
}
