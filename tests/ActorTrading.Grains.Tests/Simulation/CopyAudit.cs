using System.Text.Json;
using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>What must be true of every account and every link when everything has come to rest and the leader is flat.</summary>
internal static class CopyAudit
{
    public static void Check(CopySimulation simulation)
    {
        foreach (var (id, account) in simulation.Ledger.Accounts)
        {
            Books(id, account, simulation.Host.Run(() => simulation.Account(id).GetStateAsync()));
        }

        var leader = AccountState.Empty;
        var trades = new List<long>();
        foreach (var entry in simulation.Ledger.EntriesOf(simulation.Leader))
        {
            if (CopyRules.IsTradeEvent(entry.Event, leader))
            {
                trades.Add(entry.Seq);
            }

            leader = leader.Apply(entry);
        }

        foreach (var (id, link) in simulation.Links.All)
        {
            var follower = simulation.Ledger.Accounts[link.Settings.FollowerAccountId];
            var decided = follower.Entries.Select(e => e.Event).OfType<CopyDecided>().Where(d => d.LinkId == id).Select(d => d.LeaderSeq).ToList();
            decided.ShouldBe(trades.Where(seq => seq > link.StartSeq), $"link {id}: each leader entry is decided once, in order");
            follower.Copies.Select(c => c.Decided.LeaderSeq).ShouldBe(decided, $"link {id}: the rows say what the ledger says");
            follower.Positions.Values.ShouldBeEmpty($"link {id} ({Describe(link.Settings)}): flat with its leader");
            follower.Orders.Values.Where(o => !o.IsFinal).ShouldBeEmpty($"link {id} ({Describe(link.Settings)}): nothing rests");
        }
    }

    private static void Books(Guid id, SimulatedAccount account, AccountState live)
    {
        account.Entries.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, account.Entries.Count).Select(i => (long)i), $"account {id}: gapless");
        var submitted = account.Entries.Select(e => e.Event).OfType<OrderSubmitted>().Select(e => e.Order).ToList();
        submitted.Select(o => o.ClientOrderId).ShouldBeUnique();
        account.Deals.Select(d => d.Id).ShouldBeUnique();

        // Through JSON, as the ledger keeps it.
        var replayed = account.Entries.Aggregate(AccountState.Empty, (state, entry) => state.Apply(entry with
        {
            Event = JsonSerializer.Deserialize<LedgerEvent>(JsonSerializer.Serialize(entry.Event, DomainJson.Options), DomainJson.Options)!,
        }));
        Text(live).ShouldBe(Text(replayed), $"account {id}: the grain's state is its ledger's");
        Text(account.Row).ShouldBe(Text(replayed), $"account {id}: the stored row is its ledger's");
        Rows(account.Positions.Values, p => p.Id).ShouldBe(Rows(replayed.Positions.Values, p => p.Id), $"account {id}: positions");
        Rows(account.Orders.Values.Where(o => !o.IsFinal), o => o.Id).ShouldBe(Rows(replayed.Orders.Values, o => o.Id), $"account {id}: orders");
    }

    private static string Text(AccountState state) => Write(new
    {
        state.AccountId, state.Seq, state.Balance, state.Credit, state.IsOpen, state.InMarginCall, state.Mode,
        Positions = state.Positions.Values.OrderBy(p => p.Id),
        Orders = state.Orders.Values.OrderBy(o => o.Id),
        Trades = state.OpenTrades.Values.OrderBy(t => t.Id),
        Cursors = state.CopyCursors.OrderBy(c => c.Key),
    });

    private static string Rows<T>(IEnumerable<T> rows, Func<T, Guid> id) => Write(rows.OrderBy(id));

    private static string Describe(LinkSettings settings) => $"{settings.Sizing.Mode}{(settings.Reverse ? ", reversed" : "")}";

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, DomainJson.Options);
}
