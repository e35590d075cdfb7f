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
    public async Task A_terminal_that_has_moved_is_told_and_what_is_left_out_stays()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/accounts",
            new { kind = "mt5", name = "Broker", login = "7", terminal = new { host = "127.0.0.1", port = 1, serverTimeZone = "Europe/Athens" } });
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        var moved = await PatchAsync(user, id, """{"name":"Moved","terminal":{"port":5}}""");
        moved.StatusCode.ShouldBe(HttpStatusCode.OK, await moved.Content.ReadAsStringAsync());
        var shown = await moved.JsonAsync();
        (shown.GetProperty("name").GetString(), shown.GetProperty("login").GetString()).ShouldBe(("Moved", "7"));
        var terminal = (await host.Services.GetRequiredService<IAccountDirectory>().GetAsync(id, CancellationToken.None)).Terminal!;
        (terminal.Address, terminal.ServerTimeZone).ShouldBe((new TerminalAddress("127.0.0.1", 5), "Europe/Athens"));

        await PatchAsync(user, id, """{"login":null,"terminal":{"serverTimeZone":null}}""");
        terminal = (await host.Services.GetRequiredService<IAccountDirectory>().GetAsync(id, CancellationToken.None)).Terminal!;
        (terminal.Address.RequestPort, terminal.ServerTimeZone).ShouldBe((5, null));
        var after = await (await user.Http.GetAsync($"/api/v1/accounts/{id}")).JsonAsync();
        (after.GetProperty("name").GetString(), after.TryGetProperty("login", out var login) && login.ValueKind != System.Text.Json.JsonValueKind.Null).ShouldBe(("Moved", false));
    }

    [Theory]
    [InlineData("mt5", """{"terminal":{"host":null}}""", "terminal.host")]
    [InlineData("mt5", """{"terminal":{"host":"a b"}}""", "terminal.host")]
    [InlineData("mt5", """{"terminal":{"port":65533}}""", "terminal.port")]
    [InlineData("mt5", """{"terminal":{"port":null}}""", "terminal.port")]
    [InlineData("mt5", """{"terminal":{"serverTimeZone":"Europe/Atlantis"}}""", "terminal.serverTimeZone")]
    [InlineData("mt5", """{"terminal":{"prot":1}}""", "terminal.prot")]
    [InlineData("mt5", """{"name":null}""", "name")]
    [InlineData("paper", """{"terminal":{"host":"h","port":1}}""", "terminal")]
    [InlineData("paper", """{"name":""}""", "name")]
    public async Task A_change_that_cannot_be_is_refused_with_the_field(string kind, string body, string field)
    {
        var user = await host.RegisterAsync();
        object account = kind == "paper" ? new { kind, name = "Paper" } : new { kind, name = "Broker", terminal = new { host = "127.0.0.1", port = 1 } };
        var id = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", account)).JsonAsync()).GetProperty("id").GetGuid();
        var before = await user.Http.GetStringAsync($"/api/v1/accounts/{id}");
        (await (await PatchAsync(user, id, body)).ProblemAsync(400, "VALIDATION_FAILED")).GetProperty("field").GetString().ShouldBe(field);
        (await user.Http.GetStringAsync($"/api/v1/accounts/{id}")).ShouldBe(before);
    }

    [Fact]
    public async Task Another_users_account_and_one_that_is_closed_cannot_be_changed()
    {
        var user = await host.RegisterAsync();
        var id = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
        await (await PatchAsync(await host.RegisterAsync(), id, """{"name":"mine"}""")).ProblemAsync(404, "NOT_FOUND");
        (await user.Http.DeleteAsync($"/api/v1/accounts/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await PatchAsync(user, id, """{"name":"late"}""")).ProblemAsync(422, "ACCOUNT_CLOSED");
    }

    [Fact]
    public async Task An_order_for_a_terminal_that_was_never_there_is_cancelled_and_the_account_can_be_closed()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "mt5", name = "Nowhere", terminal = new { host = "127.0.0.1", port = 1 } });
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        var account = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);
        var order = Guid.CreateVersion7();
        var placing = account.PlaceAsync(new PlaceOrder
        {
            OrderId = order, ClientOrderId = ClientOrderIds.ForOrder(order), Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Limit, Volume = 0.01m, Price = 1.05m, FillPolicy = FillPolicy.Return,
        });
        (await account.CancelOrderAsync(new CancelOrder(order))).Order!.Status.ShouldBe(OrderStatus.Cancelled);
        (await placing).Code.ShouldBe("CANCELLED");
        (await (await user.Http.GetAsync($"/api/v1/orders/{order}")).JsonAsync()).GetProperty("status").GetString().ShouldBe("cancelled");
        (await user.Http.DeleteAsync($"/api/v1/accounts/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task An_account_at_a_terminal_that_is_gone_is_removed_and_its_broker_keeps_what_it_holds()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "mt5", name = "Gone", terminal = new { host = "127.0.0.1", port = 1 } });
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        var account = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);
        var found = new TerminalFact
        {
            Kind = TerminalFactKind.PositionFound, PositionTicket = 77, Symbol = "EURUSD", Side = Side.Buy, Volume = 0.1m, Price = 1.1m, At = DateTimeOffset.UtcNow,
        };
        await account.OnTerminalAsync(new TerminalReport([found], "connecting", null));
        var problem = await (await user.Http.DeleteAsync($"/api/v1/accounts/{id}")).ProblemAsync(422, "ACCOUNT_NOT_FLAT");
        problem.GetProperty("detail").GetString()!.ShouldContain("leavePositions");
        await (await user.Http.DeleteAsync($"/api/v1/accounts/{id}?leavePositions=perhaps")).ProblemAsync(400, "VALIDATION_FAILED");
        (await user.Http.DeleteAsync($"/api/v1/accounts/{id}?leavePositions=true")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await (await user.Http.GetAsync($"/api/v1/accounts/{id}")).JsonAsync()).GetProperty("status").GetString().ShouldBe("closed");
        (await (await user.Http.GetAsync($"/api/v1/positions?accountId={id}")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(0);

        var paper = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
        (await (await user.Http.DeleteAsync($"/api/v1/accounts/{paper}?leavePositions=true")).ProblemAsync(400, "VALIDATION_FAILED")).GetProperty("field").GetString().ShouldBe("leavePositions");
    }

    private static Task<HttpResponseMessage> PatchAsync(TestUser user, Guid account, string body) =>
        user.Http.PatchAsync($"/api/v1/accounts/{account}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

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
