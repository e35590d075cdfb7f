using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Domain;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Realtime;

[Collection(OnApiHost.Name)]
public class HubTests(ApiHost host)
{
    [Fact]
    public async Task Quotes_come_at_once_and_then_as_they_happen()
    {
        var user = await host.RegisterAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeSymbols", new[] { "EURUSD" }, 0);
        var first = (await hub.NextAsync("MarketData"))[0];
        (first.GetProperty("symbol").GetString(), first.GetProperty("bid").GetRawText()).ShouldBe(("EURUSD", "1.10000"));
        for (var i = 1; i <= 20; i++)
            await host.QuoteAsync("EURUSD", 1.1m + i * 0.0001m, 1.11m);
        var got = new List<decimal>();
        while (got.Count < 20)
            got.AddRange((await hub.NextAsync("MarketData")).EnumerateArray().Select(q => q.GetProperty("bid").GetDecimal()));
        got.ShouldBe(Enumerable.Range(1, 20).Select(i => 1.1m + i * 0.0001m));
    }

    /// <summary>A quote comes between the subscription and its first frame: the fan-out's own passes are put off, so that there is one.</summary>
    [Theory]
    [InlineData(10, "1.20000")]
    [InlineData(0, "1.10000 1.20000")]
    public async Task The_first_message_after_subscribing_holds_a_symbol_once_unless_every_quote_is_wanted(int perSecond, string bids)
    {
        await using var app = await host.StartAnotherAsync(new() { ["Fanout:GatherMin"] = "01:00:00", ["Fanout:GatherMax"] = "01:00:00" });
        using var http = ApiHost.ClientOf(app);
        var user = await host.RegisterAsync(http);
        var fanout = app.Services.GetRequiredService<QuoteFanout>();
        var symbol = fanout.Log.Symbol("EURUSD");
        await using var hub = await HubClient.ConnectAsync(http.BaseAddress!, user.Token);
        fanout.Publish(symbol, new Quote("EURUSD", 1.1m, 1.1002m, DateTimeOffset.UnixEpoch), 5);
        fanout.Pass();
        await hub.CallAsync("SubscribeSymbols", new[] { "EURUSD" }, perSecond);
        fanout.Publish(symbol, new Quote("EURUSD", 1.2m, 1.2002m, DateTimeOffset.UnixEpoch), 5);
        fanout.Pass();
        var first = await hub.NextAsync("MarketData");
        string.Join(' ', first.EnumerateArray().Select(q => q.GetProperty("bid").GetRawText())).ShouldBe(bids);
    }

    [Fact]
    public async Task The_last_argument_may_be_left_out_and_bad_calls_say_why()
    {
        var user = await host.RegisterAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeSymbols", [new[] { "EURUSD" }]);
        await hub.NextAsync("MarketData");
        foreach (var (method, arguments, reason) in new (string, object?[], string)[]
        {
            ("SubscribeSymbols", [new[] { "NOSUCH" }], "there is no symbol 'NOSUCH'"),
            ("SubscribeSymbols", [Array.Empty<string>()], "name 1 to"),
            ("SubscribeSymbols", [new[] { "EURUSD" }, -1], "maxPerSecond"),
            ("SubscribeSymbols", [new[] { "EURUSD" }, 5000], "maxPerSecond"),
            ("SubscribeSymbols", ["EURUSD"], "the arguments of 'SubscribeSymbols' are not those expected: (String[], Int32 or null)"),
            ("SubscribeSymbols", [new[] { "EURUSD" }, 1.5], "not those expected"),
            ("SubscribeSymbols", [new[] { "EURUSD" }, 1, 2], "not those expected"),
            ("SubscribeAccount", [], "provides 0 argument(s)"),
            ("SubscribeAccount", ["1"], "accountId"),
            ("SubscribeAccount", [Guid.NewGuid().ToString()], "NOT_FOUND"),
        })
            (await Should.ThrowAsync<HubException>(() => hub.CallAsync(method, arguments))).Message.ShouldContain(reason);
        await Should.ThrowAsync<HubException>(() => hub.CallAsync("DropTables"));
        await hub.CallAsync("UnsubscribeSymbols", [new[] { "EURUSD" }]);
    }

    [Fact]
    public async Task Who_follows_a_paper_account_hears_what_it_is_worth_at_once_and_after_a_trade()
    {
        var user = await host.RegisterAsync();
        var account = await AccountAsync(user);
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeAccount", account);
        var first = await hub.NextAsync("AccountStatus");
        first.GetProperty("accountId").GetGuid().ShouldBe(account);
        var before = first.GetProperty("seq").GetInt64();
        await TradeAsync(user, account);
        var after = await hub.NextAsync("AccountStatus");
        while (after.GetProperty("seq").GetInt64() == before)
            after = await hub.NextAsync("AccountStatus");
        after.GetProperty("equity").GetDecimal().ShouldBeLessThan(first.GetProperty("equity").GetDecimal());
    }

    [Theory]
    [InlineData(WebSocketMessageType.Binary, 2, WebSocketCloseStatus.InvalidMessageType)]
    [InlineData(WebSocketMessageType.Text, 300_000, WebSocketCloseStatus.MessageTooBig)]
    public async Task A_plain_client_that_is_sent_away_hears_why(WebSocketMessageType type, int bytes, WebSocketCloseStatus status)
    {
        var user = await host.RegisterAsync();
        using var socket = new ClientWebSocket();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(new UriBuilder(host.Http.BaseAddress!) { Scheme = "ws", Path = "/ws/v1", Query = $"access_token={user.Token}" }.Uri, patience.Token);
        await socket.SendAsync(new byte[bytes], type, true, patience.Token);
        (await socket.ReceiveAsync(new byte[100], patience.Token)).CloseStatus.ShouldBe(status);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }

    [Fact]
    public async Task What_happened_while_nobody_was_told_of_it_comes_without_another_trade()
    {
        var user = await host.RegisterAsync();
        var account = await AccountAsync(user);
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeAccount", account);
        // As when the silo of the user's grain goes: its observers are forgotten.
        await host.Services.GetRequiredService<IUserEventSource>().UnwatchAsync(user.Id);
        await TradeAsync(user, account);
        (await hub.NextAsync("TradeUpdate")).GetProperty("accountId").GetGuid().ShouldBe(account);
    }

    [Fact]
    public async Task A_client_that_comes_back_gets_what_it_missed_without_gap_or_double()
    {
        var user = await host.RegisterAsync();
        var account = await AccountAsync(user);
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        for (var i = 0; i < 5; i++)
            await TradeAsync(user, account);
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        var trading = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
                await TradeAsync(user, account);
        });
        await hub.CallAsync("SubscribeAccount", account.ToString(), 2);
        await trading;
        var head = (await (await user.Http.GetAsync($"/api/v1/accounts/{account}/status")).JsonAsync()).GetProperty("seq").GetInt64();
        for (var seq = 3L; seq <= head; seq++)
        {
            var update = await hub.NextAsync("TradeUpdate");
            update.GetProperty("seq").GetInt64().ShouldBe(seq);
            update.GetProperty("accountId").GetGuid().ShouldBe(account);
        }
        // Live and read again, an entry looks the same, but that the database keeps microseconds.
        await TradeAsync(user, account);
        var live = await hub.NextAsync("TradeUpdate");
        var read = await (await user.Http.GetAsync($"/api/v1/accounts/{account}/ledger?after={head}&limit=1")).JsonAsync();
        Comparable(live).ShouldBe(Comparable(read.GetProperty("items")[0]));
    }

    [Fact]
    public async Task Nobody_hears_of_another_users_account()
    {
        var owner = await host.RegisterAsync();
        var account = await AccountAsync(owner);
        var thief = await host.RegisterAsync();
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, thief.Token);
        (await Should.ThrowAsync<HubException>(() => hub.CallAsync("SubscribeAccount", account.ToString(), 0))).Message.ShouldContain("NOT_FOUND");
    }

    [Fact]
    public async Task The_plain_socket_speaks_JSON_frames()
    {
        var user = await host.RegisterAsync();
        var account = await AccountAsync(user);
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(host.Http.BaseAddress!) { Scheme = "ws", Path = "/ws/v1", Query = $"access_token={user.Token}" }.Uri, default);
        await SendAsync(socket, """{"action":"subscribe_symbols","symbols":["EURUSD"]}""");
        var frames = new[] { await NextAsync(socket), await NextAsync(socket) };
        frames.ShouldContain(f => f.GetProperty("event").GetString() == "ack");
        var quote = frames.Single(f => f.GetProperty("event").GetString() == "market_data");
        (quote.GetProperty("symbol").GetString(), quote.GetProperty("bid").GetRawText()).ShouldBe(("EURUSD", "1.10000"));
        await SendAsync(socket, $$"""{"action":"subscribe_account","accountId":"{{account}}","afterSeq":0}""");
        (await NextOfAsync(socket, "trade_update")).GetProperty("seq").GetInt64().ShouldBe(1);
        foreach (var (bad, code) in new[] { ("{", "MALFORMED_JSON"), ("{}", "VALIDATION_FAILED"), ("""{"action":"subscribe_symbols","symbols":["NOSUCH"]}""", "VALIDATION_FAILED"), ("""{"action":"subscribe_symbols","symbols":[null]}""", "VALIDATION_FAILED") })
        {
            await SendAsync(socket, bad);
            (await NextOfAsync(socket, "error")).GetProperty("code").GetString().ShouldBe(code, bad);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    private async Task<Guid> AccountAsync(TestUser user) =>
        (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();

    private static async Task TradeAsync(TestUser user, Guid account)
    {
        var answer = await user.Http.PostAsJsonAsync("/api/v1/orders", new { accountId = account, symbol = "EURUSD", side = "buy", type = "market", volume = 0.01 });
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    private static string Comparable(JsonElement entry)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(entry.GetRawText())!;
        node["at"] = entry.GetProperty("at").GetDateTime().ToString("O")[..26];
        return node.ToJsonString();
    }

    private static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    private static async Task<JsonElement> NextOfAsync(WebSocket socket, string name)
    {
        while (true)
        {
            var frame = await NextAsync(socket);
            if (frame.GetProperty("event").GetString() == name)
                return frame;
        }
    }

    private static async Task<JsonElement> NextAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var read = await socket.ReceiveAsync(buffer, patience.Token);
        return JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, read.Count));
    }
}
