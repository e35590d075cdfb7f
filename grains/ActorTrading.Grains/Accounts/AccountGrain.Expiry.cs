using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>Orders at a terminal whose time is over are cancelled from here: the terminal itself knows of no end.</summary>
public sealed partial class AccountGrain
{
    /// <summary>When an order that is over, and that the terminal has not let go of, is looked at again.</summary>
    private static readonly TimeSpan ExpireAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Pauses _expiring = new(clock);
    private IGrainTimer? _expiryTimer;
    private DateTimeOffset? _expiryLook;

    /// <summary>Sets the timer for the next order at the terminal that will be over.</summary>
    private void ScheduleExpiry()
    {
        if (_state.Kind == AccountKind.Paper || TerminalExpiry.Next(_state) is not { } over)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var wait = over <= now ? ExpireAgainAfter : over - now < LongestWait ? over - now : LongestWait;
        // One that rings too early only looks and is set again.
        if (_expiryLook is { } set && set <= now + wait)
        {
            return;
        }

        _expiryLook = now + wait;
        if (_expiryTimer is null)
        {
            _expiryTimer = this.RegisterGrainTimer(OnExpiryAsync, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
        }
        else
        {
            _expiryTimer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task OnExpiryAsync(CancellationToken cancellation)
    {
        ImmutableArray<TerminalInstruction> instructions;
        using (await EnterAsync())
        {
            _expiryLook = null;
            try
            {
                var now = clock.GetUtcNow();
                var events = TerminalExpiry.OnTime(_state, now, order => MayExpire(order, now));
                await CommitAsync(events, now);
                instructions = [.. events.OfType<RequestSubmitted>().Select(e => Instruction(null, e.Request)).OfType<TerminalInstruction>()];
            }
            finally
            {
                ScheduleExpiry();
            }
        }

        foreach (var instruction in instructions)
        {
            log.LogDebug("Account {AccountId}: order {OrderId} is over", Id, instruction.Request!.OrderId);
            await SendAsync(instruction);
        }
    }

    /// <summary>Brokers differ in whether an order can be cancelled while its market is closed; one that says no is not asked again before it opens.</summary>
    private bool MayExpire(Order order, DateTimeOffset now) =>
        _expiring.IsOver(order.Id) && (!_expiring.Knows(order.Id) || market.FindInstrument(order.Symbol)?.Schedule.IsOpen(now) is not false);

    private void SettleExpiries(AccountState before)
    {
        foreach (var request in before.Requests.Values)
        {
            if (request is { Kind: TerminalRequestKind.CancelOrder, ExpiresAt: not null, OrderId: { } id } && !_state.Requests.ContainsKey(request.Id))
            {
                if (_state.Orders.ContainsKey(id))
                {
                    _expiring.Refused(id);
                }
                else
                {
                    _expiring.Forget(id);
                }
            }
        }
    }
}
