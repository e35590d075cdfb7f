using System.Net;
using System.Net.Http.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Grains;
using Microsoft.Extensions.DependencyInjection;

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
}
