using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ActorTrading.Api.Tests.Endpoints;

/// <summary>The endpoints on real grains and a real database.</summary>
[Collection(OnApiHost.Name)]
public class TradingTests(ApiHost host)
{
    [Fact]
    public async Task A_market_order_fills_is_shown_everywhere_and_closes()
    {
        var (user, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        var placed = await PlaceAsync(user, account, """ "symbol":"EURUSD","side":"buy","type":"market","volume":0.1,"stopLoss":1.09,"clientOrderId":"mine-1" """);
        placed.StatusCode.ShouldBe(HttpStatusCode.Created, await placed.Content.ReadAsStringAsync());
        var order = await placed.JsonAsync();
        order.GetProperty("status").GetString().ShouldBe("filled");
        order.GetProperty("filledPrice").GetRawText().ShouldBe("1.10020");
        order.GetProperty("clientOrderId").GetString().ShouldBe("mine-1");
        placed.Headers.Location!.ToString().ShouldEndWith(order.GetProperty("id").GetString()!);

        var position = (await GetAsync(user, $"/positions?accountId={account}")).GetProperty("items")[0];
        position.GetProperty("id").GetGuid().ShouldBe(order.GetProperty("positionId").GetGuid());
        position.GetProperty("stopLoss").GetRawText().ShouldBe("1.09000");
        position.GetProperty("openedAt").GetString()!.ShouldEndWith("Z");
        var id = position.GetProperty("id").GetGuid();

        var changed = await (await user.Http.PutAsJsonAsync($"/api/v1/positions/{id}", new { takeProfit = 1.2m })).JsonAsync();
        (changed.GetProperty("stopLoss").GetDecimal(), changed.GetProperty("takeProfit").GetDecimal()).ShouldBe((1.09m, 1.2m), "what is left out stays");
        await (await user.Http.PutAsync($"/api/v1/positions/{id}", Body("""{"stopLoss":1.3}"""))).ProblemAsync(422, "INVALID_STOPS");
        (await user.Http.PutAsync($"/api/v1/positions/{id}", Body("""{"stopLoss":null}"""))).StatusCode.ShouldBe(HttpStatusCode.OK);

        var half = await (await user.Http.PostAsJsonAsync($"/api/v1/positions/{id}/close", new { volume = 0.04m })).JsonAsync();
        half.GetProperty("filledVolume").GetDecimal().ShouldBe(0.04m);
        (await user.Http.PostAsync($"/api/v1/positions/{id}/close", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await user.Http.PostAsync($"/api/v1/positions/{id}/close", null)).ProblemAsync(404, "NOT_FOUND");

        var trade = (await GetAsync(user, $"/trades?accountId={account}")).GetProperty("items")[0];
        (trade.GetProperty("volume").GetDecimal(), trade.GetProperty("closedVolume").GetDecimal()).ShouldBe((0.1m, 0.1m));
        (await GetAsync(user, $"/trades/{id}")).GetProperty("closedAt").GetString().ShouldNotBeNull();
        (await GetAsync(user, $"/accounts/{account}/trades")).GetProperty("items").GetArrayLength().ShouldBe(1);
        var status = await GetAsync(user, $"/accounts/{account}/status");
        status.GetProperty("margin").GetDecimal().ShouldBe(0);
        var ledger = await GetAsync(user, $"/accounts/{account}/ledger?after=1");
        ledger.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(2, ledger.GetProperty("items").GetArrayLength()).Select(i => (long)i));
        (await GetAsync(user, $"/orders?accountId={account}&limit=1")).GetProperty("next").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_status_names_every_figure_also_one_that_there_is_not()
    {
        var (user, account) = await TraderAsync();
        foreach (var status in new[] { await GetAsync(user, $"/accounts/{account}/status"), await (await user.Http.PostAsync($"/api/v1/accounts/{account}/sync", null)).JsonAsync() })
        {
            foreach (var name in new[] { "accountId", "status", "balance", "equity", "margin", "freeMargin", "marginLevel", "lastSync" })
                status.TryGetProperty(name, out _).ShouldBeTrue(name);
            status.GetProperty("marginLevel").ValueKind.ShouldBe(JsonValueKind.Null);
        }
    }

    [Fact]
    public async Task A_ledger_is_paged_by_the_cursor_that_it_gives()
    {
        var (user, account) = await TraderAsync();
        var first = await GetAsync(user, $"/accounts/{account}/ledger?limit=1");
        var second = await GetAsync(user, $"/accounts/{account}/ledger?limit=1&cursor={first.GetProperty("next").GetString()}");
        (first.GetProperty("items")[0].GetProperty("seq").GetInt64(), second.GetProperty("items")[0].GetProperty("seq").GetInt64()).ShouldBe((1L, 2L));
    }

    [Fact]
    public async Task A_pending_order_rests_changes_and_is_cancelled()
    {
        var (user, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        var order = await (await PlaceAsync(user, account, """ "symbol":"EURUSD","side":"buy","type":"limit","volume":0.1,"price":1.05 """)).JsonAsync();
        order.GetProperty("status").GetString().ShouldBe("placed");
        var id = order.GetProperty("id").GetGuid();
        var changed = await (await user.Http.PutAsync($"/api/v1/orders/{id}", Body("""{"price":1.06,"takeProfit":1.2}"""))).JsonAsync();
        (changed.GetProperty("price").GetDecimal(), changed.GetProperty("takeProfit").GetDecimal()).ShouldBe((1.06m, 1.2m));
        (await (await user.Http.DeleteAsync($"/api/v1/orders/{id}")).JsonAsync()).GetProperty("status").GetString().ShouldBe("cancelled");
        (await user.Http.DeleteAsync($"/api/v1/orders/{id}")).StatusCode.ShouldBe(HttpStatusCode.OK, "cancelling twice is cancelling");
        await (await user.Http.PutAsync($"/api/v1/orders/{id}", Body("""{"price":1.07}"""))).ProblemAsync(409, "ORDER_FINAL");
        (await GetAsync(user, $"/orders?accountId={account}&open=true")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData(""" "symbol":"EURUSD","side":"buy","type":"market","volume":90 """, "INSUFFICIENT_MARGIN")]
    [InlineData(""" "symbol":"EURUSD","side":"buy","type":"market","volume":0.015 """, "INVALID_VOLUME")]
    [InlineData(""" "symbol":"EURUSD","side":"buy","type":"market","volume":1000000 """, "INVALID_VOLUME")]
    [InlineData(""" "symbol":"EURUSD","side":"buy","type":"market","volume":0.1,"stopLoss":1.5 """, "INVALID_STOPS")]
    [InlineData(""" "symbol":"EURUSD","side":"buy","type":"limit","volume":0.1,"price":2 """, "INVALID_PRICE")]
    public async Task The_brokers_no_has_a_code(string order, string code)
    {
        var (user, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        await (await PlaceAsync(user, account, order)).ProblemAsync(422, code);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_one_order()
    {
        var (user, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        const string order = """ "symbol":"EURUSD","side":"buy","type":"market","volume":0.1 """;
        var first = await PlaceAsync(user, account, order, "key-1");
        var again = await PlaceAsync(user, account, order, "key-1");
        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.Headers.GetValues("Idempotency-Replayed").Single().ShouldBe("true");
        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        await (await PlaceAsync(user, account, order.Replace("0.1", "0.2"), "key-1")).ProblemAsync(422, "IDEMPOTENCY_KEY_REUSED");
        await (await PlaceAsync(user, account, order.Replace("0.1", "90"), "key-2")).ProblemAsync(422, "INSUFFICIENT_MARGIN");
        await (await PlaceAsync(user, account, order.Replace("0.1", "90"), "key-2")).ProblemAsync(422, "INSUFFICIENT_MARGIN");
        await (await PlaceAsync(user, account, order, "not visible")).ProblemAsync(400, "VALIDATION_FAILED");
        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PlaceAsync(user, account, order, "key-3")));
        many.ShouldAllBe(a => a.StatusCode == HttpStatusCode.Created || a.StatusCode == HttpStatusCode.Conflict);
        (await GetAsync(user, $"/orders?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(2);
    }

    /// <summary>The process died between the commit and the answer; the account that is read again knows the order only as one given before.</summary>
    [Fact]
    public async Task A_request_repeated_after_its_process_died_is_answered_with_the_order_it_made()
    {
        var (user, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        const string order = """ "symbol":"EURUSD","side":"buy","type":"market","volume":0.1 """;
        var placed = await (await PlaceAsync(user, account, order, "open")).JsonAsync();
        var path = $"/api/v1/positions/{placed.GetProperty("positionId").GetGuid()}/close";
        var half = await (await PostAsync(user.Http, path, """{"volume":0.04}""", "half")).JsonAsync();
        await ForgetAnswersAsync(user);
        await using var other = await host.StartAnotherAsync([]);
        using var http = ApiHost.ClientOf(other);
        http.DefaultRequestHeaders.Authorization = user.Http.DefaultRequestHeaders.Authorization;

        var placedAgain = await PostAsync(http, "/api/v1/orders", $$"""{"accountId":"{{account}}",{{order}}}""", "open");
        placedAgain.StatusCode.ShouldBe(HttpStatusCode.Created, await placedAgain.Content.ReadAsStringAsync());
        Same(await placedAgain.JsonAsync(), placed);
        var halfAgain = await PostAsync(http, path, """{"volume":0.04}""", "half");
        halfAgain.StatusCode.ShouldBe(HttpStatusCode.OK, await halfAgain.Content.ReadAsStringAsync());
        Same(await halfAgain.JsonAsync(), half);

        var rest = await (await PostAsync(user.Http, path, "{}", "rest")).JsonAsync();
        await ForgetAnswersAsync(user);
        var restAgain = await PostAsync(http, path, "{}", "rest");
        restAgain.StatusCode.ShouldBe(HttpStatusCode.OK, "the position is gone because this very request closed it");
        Same(await restAgain.JsonAsync(), rest);
        (await GetAsync(user, $"/orders?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(3);

        static void Same(JsonElement again, JsonElement first)
        {
            foreach (var field in new[] { "id", "status", "clientOrderId", "filledVolume", "filledPrice", "positionId" })
                again.GetProperty(field).GetRawText().ShouldBe(first.GetProperty(field).GetRawText(), field);
        }
    }

    [Fact]
    public async Task Another_users_things_are_not_there()
    {
        var (owner, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        var order = (await (await PlaceAsync(owner, account, """ "symbol":"EURUSD","side":"buy","type":"market","volume":0.1 """)).JsonAsync()).GetProperty("id").GetGuid();
        var (thief, own) = await TraderAsync();
        foreach (var path in new[] { $"/accounts/{account}", $"/accounts/{account}/status", $"/accounts/{account}/ledger", $"/accounts/{account}/trades", $"/orders/{order}", $"/trades/{order}" })
            await (await thief.Http.GetAsync("/api/v1" + path)).ProblemAsync(404, "NOT_FOUND");
        foreach (var path in new[] { $"/accounts/{account}", $"/orders/{order}" })
            await (await thief.Http.DeleteAsync("/api/v1" + path)).ProblemAsync(404, "NOT_FOUND");
        await (await thief.Http.PutAsync($"/api/v1/positions/{order}", Body("{}"))).ProblemAsync(404, "NOT_FOUND");
        await (await thief.Http.PostAsync($"/api/v1/positions/{order}/close", null)).ProblemAsync(404, "NOT_FOUND");
        await (await thief.Http.PutAsync($"/api/v1/copy-trading/leaders/{account}", Body("""{"published":true}"""))).ProblemAsync(404, "NOT_FOUND");
        await (await PlaceAsync(thief, account, """ "symbol":"EURUSD","side":"buy","type":"market","volume":0.1 """)).ProblemAsync(404, "NOT_FOUND");
        (await GetAsync(thief, $"/orders?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await GetAsync(thief, $"/positions?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(0);
        await (await thief.Http.PostAsJsonAsync("/api/v1/copy-trading/links", new { leaderAccountId = account, followerAccountId = own })).ProblemAsync(404, "LEADER_NOT_FOUND");
    }

    [Fact]
    public async Task An_account_closes_when_it_is_flat_and_close_all_makes_it_so()
    {
        var (user, account) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        for (var i = 0; i < 3; i++)
            await PlaceAsync(user, account, """ "symbol":"EURUSD","side":"sell","type":"market","volume":0.1 """);
        await (await user.Http.DeleteAsync($"/api/v1/accounts/{account}")).ProblemAsync(422, "ACCOUNT_NOT_FLAT");
        var closed = await (await user.Http.PostAsJsonAsync("/api/v1/positions/close-all", new { accountId = account })).JsonAsync();
        closed.GetProperty("closed").GetArrayLength().ShouldBe(3);
        closed.GetProperty("failed").GetArrayLength().ShouldBe(0);
        (await user.Http.DeleteAsync($"/api/v1/accounts/{account}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await PlaceAsync(user, account, """ "symbol":"EURUSD","side":"sell","type":"market","volume":0.1 """)).ProblemAsync(422, "ACCOUNT_CLOSED");
    }

    [Fact]
    public async Task An_alert_is_made_changed_fires_once_and_is_in_the_history()
    {
        var user = await host.RegisterAsync();
        await host.QuoteAsync("GBPUSD", 1.2m, 1.2002m);
        var made = await user.Http.PostAsync("/api/v1/alerts", Body("""{"symbol":"GBPUSD","condition":"crossingUp","value":1.3,"price":"bid"}"""));
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        var changed = await (await user.Http.PatchAsync($"/api/v1/alerts/{id}", Body("""{"value":1.25,"message":"up"}"""))).JsonAsync();
        (changed.GetProperty("value").GetRawText(), changed.GetProperty("message").GetString(), changed.GetProperty("status").GetString()).ShouldBe(("1.25000", "up", "active"));
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await host.QuoteAsync("GBPUSD", 1.21m, 1.2102m);
        await host.QuoteAsync("GBPUSD", 1.26m, 1.2602m);
        var fired = await hub.NextAsync("AlertTriggered");
        (fired.GetProperty("alertId").GetGuid(), fired.GetProperty("message").GetString()).ShouldBe((id, "up"));
        var history = (await GetAsync(user, $"/alerts/{id}/history")).GetProperty("items");
        history.GetArrayLength().ShouldBe(1);
        history[0].GetProperty("price").GetRawText().ShouldBe("1.26000");
        history[0].GetProperty("level").GetRawText().ShouldBe("1.25000", "the level that was reached");
        (await GetAsync(user, "/users/me/alerts")).GetProperty("items")[0].GetProperty("status").GetString().ShouldBe("fired");
        (await GetAsync(user, "/users/me/notifications")).GetProperty("items").GetArrayLength().ShouldBe(1);
        var other = await host.RegisterAsync();
        await (await other.Http.GetAsync($"/api/v1/alerts/{id}")).ProblemAsync(404, "NOT_FOUND");
        (await user.Http.DeleteAsync($"/api/v1/alerts/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await user.Http.GetAsync($"/api/v1/alerts/{id}")).ProblemAsync(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Of_changes_of_one_alert_at_once_none_is_lost()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsync("/api/v1/alerts", Body("""{"symbol":"GBPUSD","condition":"crossingUp","value":1.3}"""));
        var id = (await made.JsonAsync()).GetProperty("id").GetGuid();
        string[] changes = ["""{"value":1.45}""", """{"message":"up"}""", """{"price":"ask"}""", """{"trigger":"everyTime"}""", """{"expiresAt":"2099-01-01T00:00:00Z"}"""];
        var answers = await Task.WhenAll(changes.Select(change => user.Http.PatchAsync($"/api/v1/alerts/{id}", Body(change))));
        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.OK);
        var alert = await GetAsync(user, $"/alerts/{id}");
        (alert.GetProperty("value").GetDecimal(), alert.GetProperty("message").GetString(), alert.GetProperty("price").GetString(), alert.GetProperty("trigger").GetString())
            .ShouldBe((1.45m, "up", "ask", "everyTime"));
        alert.TryGetProperty("expiresAt", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_followers_order_is_mirrored_and_its_decision_shown()
    {
        var (leader, leading) = await TraderAsync();
        var (follower, following) = await TraderAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        (await leader.Http.PutAsJsonAsync($"/api/v1/copy-trading/leaders/{leading}", new { published = true, name = "Ann" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var made = await follower.Http.PostAsync("/api/v1/copy-trading/links", Body($$$"""{"leaderAccountId":"{{{leading}}}","followerAccountId":"{{{following}}}","sizing":{"mode":"fixedVolume","value":0.1}}"""));
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        var link = (await made.JsonAsync()).GetProperty("id").GetGuid();
        await (await follower.Http.PostAsJsonAsync("/api/v1/copy-trading/links", new { leaderAccountId = leading, followerAccountId = following })).ProblemAsync(409, "LINK_EXISTS");

        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, follower.Token);
        await hub.CallAsync("SubscribeAccount", following.ToString());
        await PlaceAsync(leader, leading, """ "symbol":"EURUSD","side":"buy","type":"market","volume":1 """);
        JsonElement update;
        do
            update = await hub.NextAsync("TradeUpdate");
        while (update.GetProperty("kind").GetString() != "dealExecuted");
        update.GetProperty("deal").GetProperty("volume").GetDecimal().ShouldBe(0.1m);
        var executions = (await GetAsync(follower, $"/copy-trading/links/{link}/executions")).GetProperty("items");
        executions.EnumerateArray().ShouldContain(e => e.GetProperty("outcome").GetString() == "copied");
        await (await leader.Http.GetAsync($"/api/v1/copy-trading/links/{link}")).ProblemAsync(404, "NOT_FOUND");
        var paused = await (await follower.Http.PutAsync($"/api/v1/copy-trading/links/{link}", Body("""{"sizing":{"mode":"none"},"status":"paused"}"""))).JsonAsync();
        paused.GetProperty("status").GetString().ShouldBe("paused");
        await (await follower.Http.PutAsync($"/api/v1/copy-trading/links/{link}", Body("""{"version":1}"""))).ProblemAsync(409, "VERSION_CONFLICT");
        (await follower.Http.DeleteAsync($"/api/v1/copy-trading/links/{link}?mode=closeImmediately")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await GetAsync(follower, "/users/me/copying")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Market_data_has_the_symbols_digits()
    {
        var user = await host.RegisterAsync();
        await host.QuoteAsync("USDJPY", 150.1m, 150.12m);
        (await GetAsync(user, "/market/symbols")).GetProperty("items").GetArrayLength().ShouldBe(3);
        (await GetAsync(user, "/market/quotes/USDJPY")).GetProperty("bid").GetRawText().ShouldBe("150.100");
        var candles = await GetAsync(user, "/market/candles/USDJPY?timeframe=M1&limit=10");
        candles[candles.GetArrayLength() - 1].GetProperty("close").GetRawText().ShouldBe("150.100");
        (await GetAsync(user, "/system/status")).GetProperty("status").GetString().ShouldBe("ok");
    }

    private async Task<(TestUser User, Guid Account)> TraderAsync()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper", currency = "USD", leverage = 100, deposit = 10_000 });
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return (user, (await made.JsonAsync()).GetProperty("id").GetGuid());
    }

    private static Task<HttpResponseMessage> PlaceAsync(TestUser user, Guid account, string order, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = Body($$"""{"accountId":"{{account}}",{{order}}}""") };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return user.Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string body, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(body) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return http.SendAsync(request);
    }

    /// <summary>As a crash leaves it once the claim has run out: the keys have no answer.</summary>
    private async Task ForgetAnswersAsync(TestUser user)
    {
        await using var db = NpgsqlDataSource.Create(host.Services.GetRequiredService<PostgresOptions>().ConnectionString);
        await using var command = db.CreateCommand("DELETE FROM idempotency_keys WHERE user_id = $1");
        command.Parameters.AddWithValue(user.Id);
        (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThan(0);
    }

    private static StringContent Body(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private static async Task<JsonElement> GetAsync(TestUser user, string path)
    {
        var answer = await user.Http.GetAsync("/api/v1" + path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }
}
