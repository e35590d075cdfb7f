using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Api.Trading;

/// <summary>
/// What else ends with an account whose ledger is closed. The account's own row is the last: until then closing it again does all of it once more, so that
/// a process that dies in between leaves nothing half done for good.
/// </summary>
public sealed class AccountClosing(IAccountStore accounts, ILinkStore links, ILeaderStore leaders, IStrategyRunStore runs, GrainCalls grains, TimeProvider clock)
{
    public async Task FinishAsync(StoredAccount account, CancellationToken cancel)
    {
        if (account.Kind == AccountKind.Mt5)
            await grains.Grain<ITerminalGrain>(account.Id).AskAsync(g => g.DisconnectAsync(), cancel);
        foreach (var run in await runs.RunningInAsync(account.Id, cancel))
            await grains.Grain<IStrategyRunGrain>(run).AskAsync(g => g.StopAsync(false), cancel);
        foreach (var link in await links.OfFollowerAsync(account.Id, cancel))
            await grains.Grain<IFollowerLinkGrain>(link.Id).AskAsync(g => g.RemoveAsync(RemovalMode.Preserve), cancel);
        // Who follows it is let go by its leader grain, once he has decided its last entry.
        if (await leaders.GetAsync(account.Id, cancel) is { Published: true } leader)
            await leaders.SaveAsync(leader with { Published = false, UpdatedAt = clock.GetUtcNow() }, cancel);
        await accounts.CloseAsync(account.Id, clock.GetUtcNow(), cancel);
    }
}
