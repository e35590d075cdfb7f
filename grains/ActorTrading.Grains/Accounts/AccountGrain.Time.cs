using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>What the passing of time does to a paper account: orders expire, swap is charged.</summary>
public sealed partial class AccountGrain
{
    /// <summary>
    /// A timer further away than this is set again when it rings. Less than an idle activation lives: who has something open stays awake for
    /// what time will do to it.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>When what could not be written is tried again.</summary>
    private static readonly TimeSpan TimeAgainAfter = TimeSpan.FromSeconds(5);

    private IGrainTimer? _timeTimer;
    private DateTimeOffset? _timeEvent;
    private DateTimeOffset _timeNotBefore;

    /// <summary>Sets the timer for the next thing that time alone will do.</summary>
    private void ScheduleTime()
    {
        var now = clock.GetUtcNow();
        if (NextTimeEvent(now) is not { } next)
        {
            return;
        }

        var due = next > _timeNotBefore ? next : _timeNotBefore;
        // A timer that rings too early only looks and is set again; so one that is set stays, and a trader in and out costs none.
        if (_timeEvent is { } set && set <= due && set > now)
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

    private DateTimeOffset? NextTimeEvent(DateTimeOffset now) =>
        _state.IsOpen && _state.Kind == AccountKind.Paper ? BrokerEngine.NextTimeEvent(_state, market, broker, now) : null;

    private async Task OnTimeAsync(CancellationToken cancellation)
    {
        try
        {
            // Whoever enters finds done what time has made due.
            using var pass = await EnterAsync();
        }
        catch (Exception e)
        {
            _timeNotBefore = clock.GetUtcNow() + TimeAgainAfter;
            log.LogWarning("What time has made due of account {AccountId} could not be done and is tried again in {Pause}: {Reason}", Id, TimeAgainAfter, e.Message);
        }
        finally
        {
            _timeEvent = null;
        }

        ArmSoon();
    }

    /// <summary>
    /// Makes durable what time has done to a paper account, in as many appends as that takes: a close of the next morning finds the swap of the
    /// night on its position.
    /// </summary>
    private async Task PassTimeAsync(DateTimeOffset until)
    {
        while (NextTimeEvent(until) <= until)
        {
            var draft = new LedgerDraft(_state);
            BrokerEngine.OnTime(draft, market, broker, clock.GetUtcNow(), until);
            if (draft.Entries.Count == 0)
            {
                return;
            }

            log.LogDebug("Time did {Count} things to account {AccountId}", draft.Entries.Count, Id);
            await CommitAsync(draft);
        }
    }
}
