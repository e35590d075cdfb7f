using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>What the passing of time does to a paper account: orders expire, swap is charged.</summary>
public sealed partial class AccountGrain
{
    /// <summary>A timer further away than this is set again when it rings.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private IGrainTimer? _timeTimer;
    private DateTimeOffset? _timeEvent;

    /// <summary>Sets the timer for the next thing that time alone will do.</summary>
    private void ScheduleTime()
    {
        var now = clock.GetUtcNow();
        var next = _state.IsOpen && _state.Kind == AccountKind.Paper ? BrokerEngine.NextTimeEvent(_state, broker, now) : null;
        // A timer that rings too early only looks and is set again; so one that is set stays, and a trader in and out costs none.
        if (next is not { } due || (_timeEvent is { } set && set <= due && set > now))
        {
            return;
        }

        _timeEvent = due;
        var wait = due - now;
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
        if (_timeTimer is null)
        {
            _timeTimer = this.RegisterGrainTimer(OnTimeAsync, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
        }
        else
        {
            _timeTimer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task OnTimeAsync(CancellationToken cancellation)
    {
        using (await EnterAsync())
        {
            var draft = new LedgerDraft(_state);
            BrokerEngine.OnTime(draft, market, broker, clock.GetUtcNow());
            if (draft.Entries.Count > 0)
            {
                log.LogDebug("Time did {Count} things to account {AccountId}", draft.Entries.Count, Id);
                await CommitAsync(draft);
            }

            _timeEvent = null;
        }

        ArmSoon();
    }
}
