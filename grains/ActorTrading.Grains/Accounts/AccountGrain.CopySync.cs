using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>What a leader had open when a link began: copied, or not, by one decision at the sequence at which the link began.</summary>
public sealed partial class AccountGrain
{
    private CopyAck DecideSync(CopyOffer offer, LedgerDraft draft, DateTimeOffset now)
    {
        var entry = offer.Leader.Stretch.Entries[0];
        var leader = offer.Leader.Stretch.StateAt(1);
        if (_state.CopyCursors.GetValueOrDefault(offer.LinkId) is var cursor && cursor >= entry.Seq)
        {
            return new CopyAck(cursor, false, null);
        }

        var why = CopyRules.WhyNotSync(Context(draft.State));
        var orders = new List<Guid>();
        (string Reason, string Detail)? kept = why is null ? null : (CopyReasons.InitialSync, why);
        if (why is null)
        {
            // The place of a position among all of that moment is part of its order's id, so it does not depend on what is open still.
            foreach (var (index, position) in leader.Positions.Values.OrderBy(p => p.OpenedAt).ThenBy(p => p.Id).Index())
            {
                if (!offer.Leader.Sync!.Value.Contains(position.Id))
                {
                    continue;
                }

                var plan = CopyRules.Sync(Context(draft.State), position, index);
                if (Place(plan, draft, orders, now) is { } refused)
                {
                    kept ??= (RefusalCodes.Of(refused.Retcode), refused.Message);
                }
                else if (plan.Reason is { } reason)
                {
                    kept ??= (reason, plan.Detail ?? "");
                }
            }
        }

        draft.Add(new CopyDecided(offer.LinkId, entry.AccountId, entry.Seq, orders.Count > 0 ? CopyOutcome.Copied : CopyOutcome.Skipped,
            kept?.Reason, kept?.Detail, orders, entry.At), now);
        return new CopyAck(entry.Seq, false, null);

        CopyContext Context(AccountState follower) => new()
        {
            LinkId = offer.LinkId,
            Settings = offer.Leader.Settings,
            LeaderEntry = entry,
            LeaderBefore = leader,
            LeaderAfter = leader,
            Follower = follower,
            LeaderMarket = market,
            FollowerMarket = market,
            Now = now,
            Risk = offer.Leader.Risk,
            LeaderBalanceCloses = offer.Leader.BalanceCloses,
        };
    }
}
