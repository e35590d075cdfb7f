using System.Diagnostics;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>What is measured of mirrored orders, from the leader's durable entry to the follower's durable fill, and what traced orders came of.</summary>
public sealed partial class AccountGrain
{
    /// <summary>When the leader's entry was durable, of mirrored orders on their way to the terminal. One that this activation did not decide is not measured.</summary>
    private readonly Dictionary<Guid, DateTimeOffset> _mirrored = [];

    /// <summary>The steps in which orders without outcome became durable, while somebody traces: their fills may come long after, by themselves.</summary>
    private readonly Dictionary<Guid, ActivityContext> _causes = [];

    /// <summary>The follower's decision, and at a paper account its fills, are durable.</summary>
    private void MeasureDecision(IReadOnlyList<LedgerEntry> entries, DateTimeOffset leaderCommittedAt)
    {
        var elapsed = clock.GetUtcNow() - leaderCommittedAt;
        metrics.Decided(_state.Kind, elapsed, entries);
        foreach (var entry in entries)
        {
            if (entry.Event is DealExecuted)
            {
                metrics.Filled(_state.Kind, elapsed);
            }
            else if (_state.Kind != AccountKind.Paper && entry.Event is OrderSubmitted { Order.IsPending: false } submitted)
            {
                // One that rests waits for its price: how long says nothing of us.
                _mirrored[submitted.Order.Id] = leaderCommittedAt;
            }
        }
    }

    /// <summary>What the terminal told is durable.</summary>
    private void MeasureFills(IReadOnlyList<LedgerEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Event is DealExecuted executed && _mirrored.TryGetValue(executed.Deal.OrderId, out var leaderCommittedAt))
            {
                metrics.Filled(_state.Kind, clock.GetUtcNow() - leaderCommittedAt);
            }
        }

        ForgetFinal(_mirrored);
        ForgetFinal(_causes);
    }

    private void RememberCauses(IReadOnlyList<LedgerEntry> entries, Activity? span)
    {
        if (span is null || _state.Kind == AccountKind.Paper)
        {
            return;
        }

        foreach (var entry in entries)
        {
            if (entry.Event is OrderSubmitted submitted)
            {
                _causes[submitted.Order.Id] = span.Context;
            }
        }
    }

    /// <summary>What these entries came of, where an order among them is known.</summary>
    private ActivityContext CauseOf(IReadOnlyList<LedgerEntry> entries)
    {
        if (_causes.Count > 0)
        {
            foreach (var entry in entries)
            {
                if (entry.Event is DealExecuted executed && _causes.TryGetValue(executed.Deal.OrderId, out var cause))
                {
                    return cause;
                }
            }
        }

        return default;
    }

    /// <summary>An instruction that goes out in the course of something else, a comparison of the books say, goes on with what it came of.</summary>
    private Activity? Resumed(Guid instructionId) =>
        _causes.TryGetValue(instructionId, out var cause) && TradeTrace.Current.TraceId != cause.TraceId ? TradeTrace.Start("terminal.resend", cause) : null;

    private void ForgetFinal<T>(Dictionary<Guid, T> byOrder)
    {
        foreach (var id in byOrder.Keys)
        {
            if (!_state.Orders.ContainsKey(id))
            {
                byOrder.Remove(id);
            }
        }
    }
}
