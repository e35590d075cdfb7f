using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>An account goes on from its snapshot as from its whole ledger.</summary>
[Collection(nameof(Server))]
public sealed class SnapshotStoryTests(Server server)
{
    [Fact]
    public async Task An_account_that_is_read_again_begins_with_its_snapshot_and_knows_what_it_knew()
    {
        var host = await TradingHost.StartAsync(server, services => services.AddSingleton(new SnapshotSettings(Every: 20, AtLeast: 5)));
        try
        {
            await host.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
            var account = await host.PaperAccountAsync(await host.UserAsync(), 50_000m);
            var id = account.GetPrimaryKey();
            var deposit = new AdjustBalance(12.34m, BalanceReason.Deposit, "d") { OperationId = TradingHost.NewId() };
            var moved = await account.AdjustBalanceAsync(deposit);
            for (var i = 0; i < 30; i++)
            {
                var opened = await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.01m, 1.09m));
                if (i % 2 == 0)
                {
                    (await account.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value))).Accepted.ShouldBeTrue();
                }
            }

            var before = await account.GetStateAsync();
            var kept = await TradingHost.UntilAsync(() => KeptAsync(host, id), seq => before.Seq - seq < 20, "a snapshot of the newest entries");
            host = await host.RestartAsync();
            account = host.Grains.GetGrain<IAccountGrain>(id);
            Same(await account.GetStateAsync(), before);
            (await host.Ledger.RestoreAsync(id)).SnapshotSeq.ShouldBeGreaterThanOrEqualTo(kept!.Value);
            (await account.AdjustBalanceAsync(deposit)).ShouldBe(moved);
            (await account.PlaceAsync(TradingHost.Buy("EURUSD", 0.01m))).Accepted.ShouldBeTrue();

            // Whatever is wrong with a snapshot, the ledger is there.
            host = await host.RestartAsync(database => database.UseAsync(c => c.ExecuteAsync("UPDATE account_snapshots SET body_hash = '\\x00'")));
            account = host.Grains.GetGrain<IAccountGrain>(id);
            (await account.GetStateAsync()).Seq.ShouldBe(before.Seq + 2);
            await TradingHost.UntilAsync(() => KeptAsync(host, id), seq => seq == before.Seq + 2, "a new snapshot");
            (await host.Ledger.RestoreAsync(id)).SnapshotSeq.ShouldBe(before.Seq + 2);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static Task<long?> KeptAsync(TradingHost host, Guid account) =>
        host.Database.UseAsync(c => c.ExecuteScalarAsync<long?>("SELECT seq FROM account_snapshots WHERE account_id = @account", new { account }));

    private static void Same(AccountState one, AccountState other) =>
        JsonSerializer.Serialize(one, DomainJson.Options).ShouldBe(JsonSerializer.Serialize(other, DomainJson.Options));
}
