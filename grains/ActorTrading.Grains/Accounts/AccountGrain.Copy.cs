using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>Mirroring: each leader entry is decided exactly once per link, in the same transaction as the orders that come of it.</summary>
public sealed partial class AccountGrain
{
    private UnwindPace? _unwinding;

    public async Task<CopyAck> CopyAsync(CopyOffer offer)
    {
        var instructions = ImmutableArray<TerminalInstruction>.Empty;
        CopyAck ack;
        using var span = TradeTrace.Start("copy.decide")?.SetTag("copy.link", offer.LinkId).SetTag("leader.seq", offer.Leader.Stretch.LastSeq);
        using (await EnterAsync())
        {
            ack = await DecideAsync(offer);
            if (_state.Kind != AccountKind.Paper)
            {
                instructions = UnsentOf(offer.LinkId);
            }
        }

        ArmSoon();
        foreach (var instruction in instructions)
        {
            await SendAsync(instruction);
        }

        return ack;
    }

    private async Task<CopyAck> DecideAsync(CopyOffer offer)
    {
        var cursor = _state.CopyCursors.GetValueOrDefault(offer.LinkId);
        if (!_state.IsOpen)
        {
            return new CopyAck(cursor, false, null, IsClosed: _state.Seq > 0);
        }

        var stretch = offer.Leader.Stretch;
        var now = clock.GetUtcNow();
        var draft = new LedgerDraft(_state);
        if (offer.Leader.Sync is not null)
        {
            var ack = DecideSync(offer, draft, now);
            await CommitAsync(draft);
            return ack;
        }

        DateTimeOffset? deferred = null;
        var busy = false;
        for (var i = 0; i < stretch.Entries.Length; i++)
        {
            var entry = stretch.Entries[i];
            if (entry.Seq <= cursor || !CopyRules.IsTradeEvent(entry.Event, stretch.StateAt(i)))
            {
                continue;
            }

            // At a terminal the next entry of a link waits until the orders of the one before have an outcome.
            if (busy = Unresolved(draft.State, offer.LinkId))
            {
                break;
            }

            var plan = CopyRules.Decide(new CopyContext
            {
                LinkId = offer.LinkId,
                Settings = offer.Leader.Settings,
                LeaderEntry = entry,
                LeaderBefore = stretch.StateAt(i),
                LeaderAfter = stretch.StateAt(i + 1),
                LeaderFigures = i == 0 ? stretch.FiguresBefore(market) : null,
                Follower = draft.State,
                LeaderMarket = market,
                FollowerMarket = market,
                Now = now,
                Risk = offer.Leader.Risk,
                LeaderBalanceCloses = offer.Leader.BalanceCloses,
            });
            if (plan.DeferUntil is { } until)
            {
                deferred = until;
                break;
            }

            Carry(offer, entry, plan, draft, now);
            cursor = entry.Seq;
        }

        if (draft.Entries.Count > 0)
        {
            await CommitAsync(draft);
            MeasureDecision(draft.Entries, stretch.CommittedAt);
        }

        return new CopyAck(cursor, busy, deferred);
    }

    /// <summary>Lets the broker's rules judge what the plan wants, on the account as the entries before have left it.</summary>
    private void Carry(CopyOffer offer, LedgerEntry entry, CopyPlan plan, LedgerDraft draft, DateTimeOffset now)
    {
        var orders = new List<Guid>(plan.Commands.Length);
        var refused = Place(plan, draft, orders, now);
        var decided = refused is null
            ? new CopyDecided(offer.LinkId, entry.AccountId, entry.Seq, plan.Outcome, plan.Reason, plan.Detail, orders, entry.At)
            : new CopyDecided(offer.LinkId, entry.AccountId, entry.Seq, CopyOutcome.Failed, RefusalCodes.Of(refused.Retcode), refused.Message, orders, entry.At);
        draft.Add(decided with { LeaderCommittedAt = offer.Leader.Stretch.CommittedAt }, now);
    }

    /// <summary>Drafts what comes of the plan's commands and collects the orders made.</summary>
    /// <returns>The first that was refused.</returns>
    private BrokerDecision? Place(CopyPlan plan, LedgerDraft draft, List<Guid> orders, DateTimeOffset now)
    {
        BrokerDecision? refused = null;
        foreach (var command in plan.Commands)
        {
            var decision = Decide(draft, command, now);
            if (!decision.Accepted)
            {
                refused ??= decision;
            }

            if (decision.OrderId is { } id && decision.Events.Count > 0)
            {
                orders.Add(id);
            }
        }

        return refused;
    }

    public async Task<CopyAck> UnlinkAsync(UnlinkRequest request)
    {
        await CarryOutAsync(request.LinkId, () => CopyRules.HasEnded(_state, request.LinkId) ? [] : CopyRules.Unlink(_state, market, request.LinkId, request.Mode), request);
        return new CopyAck(_state.CopyCursors.GetValueOrDefault(request.LinkId), false, null, IsFlat: IsFlat(_state, request.LinkId));
    }

    /// <summary>The end of a link is in the ledger, as only that is the same for all: a silo that was given up may live on, with a link and a leader that know of no end.</summary>
    private static void EndIfDone(LedgerDraft draft, UnlinkRequest request, DateTimeOffset now)
    {
        if (draft.State.IsOpen && !CopyRules.HasEnded(draft.State, request.LinkId) && (request.Mode == RemovalMode.Preserve || IsFlat(draft.State, request.LinkId)))
        {
            draft.Add(CopyRules.End(request.LinkId, now), now);
        }
    }

    private static bool IsFlat(AccountState state, Guid linkId) => CopyRules.IsFlat(state, linkId) && !Unresolved(state, linkId);

    public async Task<LinkRiskState> WatchLinkAsync(LinkWatch watch)
    {
        var risk = watch.Risk;
        await CarryOutAsync(watch.LinkId, () =>
        {
            if (!_state.IsOpen || CopyRules.HasEnded(_state, watch.LinkId) || Unresolved(_state, watch.LinkId))
            {
                return [];
            }

            var plan = CopyWatch.Check(new CopyWatchContext
            {
                LinkId = watch.LinkId,
                Settings = watch.Settings,
                Risk = watch.Risk,
                Follower = _state,
                FollowerMarket = market,
                Leader = watch.Leader,
                Now = clock.GetUtcNow(),
            });
            risk = plan.Risk;
            if (plan.Commands.IsEmpty)
            {
                _unwinding?.Done(watch.LinkId);
            }
            else if (_state.Kind != AccountKind.Paper && !(_unwinding ??= new UnwindPace(clock)).Allows(watch.LinkId, plan.Commands.Length) && !plan.Stopped)
            {
                return [];
            }

            if (plan.Reason is { } reason)
            {
                log.LogInformation("Link {LinkId}: {Reason}: {Detail}", watch.LinkId, reason, plan.Detail);
            }

            return plan.Commands;
        });
        return risk;
    }

    /// <summary>Does what a link asks for without a leader's entry, in one transaction.</summary>
    /// <param name="ending">Of a link that is being removed: with what is closed last, it ends.</param>
    private async Task CarryOutAsync(Guid linkId, Func<ImmutableArray<TradeCommand>> plan, UnlinkRequest? ending = null)
    {
        var instructions = ImmutableArray<TerminalInstruction>.Empty;
        using (await EnterAsync())
        {
            var now = clock.GetUtcNow();
            var draft = new LedgerDraft(_state);
            foreach (var command in plan())
            {
                Decide(draft, command, now);
            }

            if (ending is not null)
            {
                EndIfDone(draft, ending, now);
            }

            if (draft.Entries.Count > 0)
            {
                await CommitAsync(draft);
                instructions = _state.Kind == AccountKind.Paper ? [] : UnsentOf(linkId);
            }
        }

        ArmSoon();
        foreach (var instruction in instructions)
        {
            await SendAsync(instruction);
        }
    }

    private static bool Unresolved(AccountState state, Guid linkId) =>
        state.Kind != AccountKind.Paper
        && (state.Orders.Values.Any(o => o.Copy?.LinkId == linkId && o.Status == OrderStatus.Submitted)
            || state.Requests.Values.Any(r => r.Copy?.LinkId == linkId));
}
