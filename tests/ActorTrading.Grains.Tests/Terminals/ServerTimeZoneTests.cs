using ActorTrading.Contracts;
using ActorTrading.Domain;
using Dapper;
using Orleans;

namespace ActorTrading.Grains.Tests.Terminals;

/// <summary>A broker whose server does not keep UTC.</summary>
[Collection(nameof(Server))]
public sealed class ServerTimeZoneTests(Server server)
{
    [Fact]
    public async Task The_quotes_of_a_server_that_is_hours_ahead_of_UTC_count_at_their_UTC_time()
    {
        await using var terminal = TestTerminal.Start(1);
        await using var host = await TradingHost.StartAsync(server);
        var (account, user) = (TradingHost.NewId(), await host.UserAsync());
        await host.AccountRowAsync(account, user, "mt5", PositionMode.Hedging, terminal.ClientOptions.RequestPort);
        await host.Database.UseAsync(c => c.ExecuteAsync(
            """
            UPDATE accounts SET terminal_time_zone = 'NewYorkClose' WHERE id = @account;
            INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
            VALUES (@account::text, 'feed', '127.0.0.1', 1, '{"feedSymbols":"EURUSD","feedRank":0}', now(), now())
            """, new { account }));
        await host.Grains.GetGrain<IAccountGrain>(account).OpenAsync(new OpenAccount(user, "T", AccountKind.Mt5, PositionMode.Hedging, "USD", 100, 0m, null, DateTimeOffset.UtcNow));
        await host.Grains.GetGrain<ITerminalGrain>(account).WakeAsync();

        var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var ahead = ServerTimeZone.Find(ServerTimeZone.NewYorkClose).GetUtcOffset(now);

        // The terminal swallows the first value after a subscription.
        var seen = await TradingHost.UntilAsync(
            async () =>
            {
                await terminal.PushQuote(new Quote("EURUSD", 1.2m, 1.20002m, now + ahead));
                return host.Market.LastQuote("EURUSD");
            }, q => q is { Bid: 1.2m }, "the terminal's quote");
        seen!.Value.Time.ShouldBe(now);
    }
}
