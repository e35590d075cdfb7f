using System.Collections.Concurrent;
using System.Text.Json;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Api.Realtime;

/// <summary>
/// Tells those who follow an account what it is worth (<c>AccountStatus</c>) and how its connection stands (<c>ConnectionStatus</c>, where that has
/// changed): within a second of following it, of each entry in its ledger and of each change of its connection, and where quotes have moved it,
/// every <see cref="PassesPerLook"/> seconds. An account is asked once for all of its followers here, and the next time after it has answered: what
/// is told is never older than what was told before.
/// </summary>
public sealed class AccountStatuses(SessionRegistry sessions, IGrainFactory grains, TimeProvider clock, ILogger<AccountStatuses> log) : BackgroundService
{
    private const int PassesPerLook = 5;
    private const int AskedAtOnceMax = 16;
    private static readonly TimeSpan PassEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, (string Status, string Json)> _told = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PassEvery, clock);
        try
        {
            for (var pass = 1; await timer.WaitForNextTickAsync(stoppingToken); pass++)
                await PassAsync(pass % PassesPerLook == 0, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task PassAsync(bool look, CancellationToken cancel)
    {
        var followed = sessions.TakeFollowed();
        foreach (var gone in _told.Keys.Except(followed.Select(f => f.AccountId)).ToList())
            _told.TryRemove(gone, out _);
        await Parallel.ForEachAsync(followed.Where(f => look || f.IsDue), new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnceMax, CancellationToken = cancel },
            async (account, token) => await TellAsync(account, token));
    }

    private async Task TellAsync(FollowedAccount account, CancellationToken cancel)
    {
        try
        {
            var status = await grains.GetGrain<IAccountGrain>(account.AccountId).GetStatusAsync().WaitAsync(Patience, clock, cancel);
            // A hint may have been lost, or the ledger could not be read when it came.
            sessions.Expect(account.UserId, account.AccountId, status.Seq);
            var json = JsonSerializer.Serialize(status, DomainJson.Options);
            var isKnown = _told.TryGetValue(account.AccountId, out var told);
            _told[account.AccountId] = (status.Status, json);
            if (!isKnown || told.Status != status.Status)
                sessions.Dispatch(account.UserId, new UserEvent("ConnectionStatus", account.AccountId, null,
                    JsonSerializer.Serialize(new { accountId = account.AccountId, status = status.Status }, DomainJson.Options)));
            if (!isKnown || told.Json != json || account.IsDue)
                sessions.Dispatch(account.UserId, new UserEvent("AccountStatus", account.AccountId, null, json));
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // The next look asks again.
            _told.TryRemove(account.AccountId, out _);
            log.LogDebug(e, "Account {AccountId} does not say what it is worth just now", account.AccountId);
        }
    }
}
