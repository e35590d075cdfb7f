using System.Net;
using System.Net.Http.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace ActorTrading.Api.Tests.Endpoints;

/// <summary>Accounts at MetaTrader 5 terminals.</summary>
[Collection(OnApiHost.Name)]
public class TerminalAccountTests(ApiHost host)
{
    [Theory]
    [InlineData("Europe/Athens")]
    [InlineData("NewYorkClose")]
    [InlineData(null)]
    public async Task A_terminal_is_connected_to_with_its_servers_time_zone_also_after_a_restart(string? zone)
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "mt5", name = "Broker", terminal = new { host = "127.0.0.1", port = 1, serverTimeZone = zone } });
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        var shown = (await (await user.Http.GetAsync($"/api/v1/accounts/{id}")).JsonAsync()).GetProperty("terminal");
        (shown.TryGetProperty("serverTimeZone", out var told) ? told.GetString() : null).ShouldBe(zone);
        (await host.Services.GetRequiredService<IAccountDirectory>().GetAsync(id, CancellationToken.None)).Terminal!.ServerTimeZone.ShouldBe(zone);
    }

    [Fact]
    public async Task An_order_too_many_for_a_terminal_that_is_away_is_refused_with_a_code()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "mt5", name = "Broker", terminal = new { host = "127.0.0.1", port = 1 } });
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        var account = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);

        // Answered only when their outcome has been waited for; written down at once, and in this order.
        for (var i = 0; i < TerminalLimits.Default.OpeningsWaitingMax; i++)
        {
            var order = Guid.CreateVersion7();
            _ = account.PlaceAsync(new PlaceOrder
            {
                OrderId = order, ClientOrderId = ClientOrderIds.ForOrder(order), Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Limit, Volume = 0.01m, Price = 1.05m, FillPolicy = FillPolicy.Return,
            });
        }

        var refused = await user.Http.PostAsJsonAsync("/api/v1/orders", new { accountId = id, symbol = "EURUSD", side = "buy", type = "market", volume = 0.01 });
        (await refused.ProblemAsync(422, "TOO_MANY_ORDERS")).GetProperty("detail").GetString()!.ShouldContain("200 orders");
        (await account.GetStateAsync()).Orders.Count.ShouldBe(TerminalLimits.Default.OpeningsWaitingMax);
    }
}
