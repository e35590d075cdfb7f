using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans;

namespace ActorTrading.Grains.Tests;

/// <summary>While silos come and go an account may be up twice for a moment. What one has made durable the other does not deny.</summary>
[Collection(nameof(Server))]
public sealed class TwoActivationsTests(Server server)
{
    [Fact]
    public async Task An_activation_that_is_behind_its_ledger_refuses_nothing_and_the_next_does_what_is_asked()
    {
        var database = await server.Postgres.CreateDatabaseAsync();
        await using var one = await TradingHost.StartAsync(database);
        await using var two = await TradingHost.StartAsync(database);
        await one.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await two.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var ahead = await one.PaperAccountAsync(await one.UserAsync());
        var behind = two.Grains.GetGrain<IAccountGrain>(ahead.GetPrimaryKey());
        (await behind.GetStateAsync()).Positions.ShouldBeEmpty();
        var opened = await ahead.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));

        var close = TradingHost.Close(opened.PositionId!.Value);
        (await Should.ThrowAsync<ConflictException>(() => behind.ClosePositionAsync(close))).Conflict.ShouldBe(LedgerConflict.Sequence);
        (await behind.ClosePositionAsync(close)).Accepted.ShouldBeTrue();

        // What is there no more is denied only after that, too.
        await Should.ThrowAsync<ConflictException>(() => ahead.ModifyPositionAsync(new(close.PositionId, null, null, null)));
        (await ahead.ModifyPositionAsync(new(close.PositionId, null, null, null))).Code.ShouldBe("POSITION_NOT_FOUND");
    }

    [Fact]
    public async Task An_account_that_is_flat_by_another_activation_is_closed()
    {
        var database = await server.Postgres.CreateDatabaseAsync();
        await using var one = await TradingHost.StartAsync(database);
        await using var two = await TradingHost.StartAsync(database);
        await one.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        await two.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var behind = await one.PaperAccountAsync(await one.UserAsync());
        var opened = await behind.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m));
        var ahead = two.Grains.GetGrain<IAccountGrain>(behind.GetPrimaryKey());
        (await ahead.ClosePositionAsync(TradingHost.Close(opened.PositionId!.Value))).Accepted.ShouldBeTrue();

        (await Should.ThrowAsync<ConflictException>(behind.CloseAsync)).Conflict.ShouldBe(LedgerConflict.Sequence);
        (await behind.CloseAsync()).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_that_another_activation_has_opened_is_not_denied()
    {
        var database = await server.Postgres.CreateDatabaseAsync();
        await using var one = await TradingHost.StartAsync(database);
        await using var two = await TradingHost.StartAsync(database);
        await two.QuoteAsync("EURUSD", 1.10000m, 1.10002m);
        var id = TradingHost.NewId();
        var behind = two.Grains.GetGrain<IAccountGrain>(id);
        (await behind.GetStateAsync()).Seq.ShouldBe(0);
        (await behind.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m))).Code.ShouldBe("ACCOUNT_NOT_FOUND");
        var user = await one.UserAsync();
        await one.AccountRowAsync(id, user, "paper", PositionMode.Hedging, null);
        await one.Grains.GetGrain<IAccountGrain>(id).OpenAsync(new OpenAccount(user, "Test", AccountKind.Paper, PositionMode.Hedging, "USD", 100, 10_000m, null, DateTimeOffset.UtcNow));

        await Should.ThrowAsync<ConflictException>(() => behind.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m)));
        (await behind.PlaceAsync(TradingHost.Buy("EURUSD", 0.10m))).Accepted.ShouldBeTrue();
    }
}
