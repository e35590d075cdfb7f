using System.Net;
using System.Text.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ActorTrading.Api.Tests.Endpoints;

/// <summary>Whatever moves money may be asked for twice and happens once, also where the first answer was never stored.</summary>
[Collection(OnApiHost.Name)]
public class RepetitionTests(ApiHost host)
{
    [Fact]
    public async Task An_account_and_its_deposit_are_made_once()
    {
        var user = await host.RegisterAsync();
        const string body = """{"kind":"paper","name":"Once","deposit":2500}""";
        var first = await SendAsync(user.Http, "/accounts", body, "account");
        first.StatusCode.ShouldBe(HttpStatusCode.Created, await first.Content.ReadAsStringAsync());
        var again = await SendAsync(user.Http, "/accounts", body, "account");
        again.Headers.GetValues("Idempotency-Replayed").Single().ShouldBe("true");
        await ForgetAnswersAsync(user);
        await using var other = await host.StartAnotherAsync([]);
        using var http = ClientOf(other, user);
        var third = await SendAsync(http, "/accounts", body, "account");
        third.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = (await first.JsonAsync()).GetProperty("id").GetGuid();
        (await third.JsonAsync()).GetProperty("id").GetGuid().ShouldBe(id);
        (await GetAsync(user, "/accounts")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await GetAsync(user, $"/accounts/{id}/status")).GetProperty("balance").GetDecimal().ShouldBe(2500m);
        (await GetAsync(user, $"/accounts/{id}/ledger")).GetProperty("items").EnumerateArray().Count(e => e.GetProperty("kind").GetString() == "balanceAdjusted").ShouldBe(1);
    }

    [Fact]
    public async Task A_deposit_and_a_withdrawal_are_made_once_however_long_ago_and_answered_the_same()
    {
        var user = await host.RegisterAsync();
        var account = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Money","deposit":1000}""")).JsonAsync()).GetProperty("id").GetGuid();
        var deposit = $$"""{"accountId":"{{account}}","amount":250.50,"reference":"wire 7"}""";
        var withdrawal = $$"""{"accountId":"{{account}}","amount":1200}""";
        var first = await TextAsync(await SendAsync(user.Http, "/payments/deposits", deposit, "in"));
        var second = await TextAsync(await SendAsync(user.Http, "/payments/withdrawals", withdrawal, "out"));
        JsonDocument.Parse(first).RootElement.GetProperty("kind").GetString().ShouldBe("deposit");

        // Killed before the answers were stored: another process reads the account again.
        await ForgetAnswersAsync(user);
        await using (var other = await host.StartAnotherAsync([]))
        {
            using var http = ClientOf(other, user);
            (await TextAsync(await SendAsync(http, "/payments/deposits", deposit, "in"))).ShouldBe(first);
            (await TextAsync(await SendAsync(http, "/payments/withdrawals", withdrawal, "out"))).ShouldBe(second);
        }

        // Forgotten by the account, and by now there is not enough for the withdrawal.
        await ForgetAnswersAsync(user);
        for (var i = 0; i < RecentOrders.Max; i++)
            await TextAsync(await SendAsync(user.Http, "/payments/deposits", $$"""{"accountId":"{{account}}","amount":0.01}""", $"small {i}".Replace(' ', '-')));
        await ForgetAnswersAsync(user);
        (await TextAsync(await SendAsync(user.Http, "/payments/deposits", deposit, "in"))).ShouldBe(first);
        (await TextAsync(await SendAsync(user.Http, "/payments/withdrawals", withdrawal, "out"))).ShouldBe(second);
        (await GetAsync(user, $"/accounts/{account}/status")).GetProperty("balance").GetDecimal().ShouldBe(1000m + 250.50m - 1200m + 2.56m);

        // The key's row is gone, so the body is not compared any more; the movement itself is.
        await ForgetAnswersAsync(user);
        await (await SendAsync(user.Http, "/payments/deposits", $$"""{"accountId":"{{account}}","amount":999}""", "in")).ProblemAsync(409, "OPERATION_ID_REUSED");
    }

    [Fact]
    public async Task Money_is_moved_by_its_owner_and_only_what_there_is()
    {
        var user = await host.RegisterAsync();
        var account = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Mine","deposit":100}""")).JsonAsync()).GetProperty("id").GetGuid();
        await (await SendAsync((await host.RegisterAsync()).Http, "/payments/withdrawals", $$"""{"accountId":"{{account}}","amount":1}""")).ProblemAsync(404, "NOT_FOUND");
        await (await SendAsync(user.Http, "/payments/withdrawals", $$"""{"accountId":"{{account}}","amount":100.01}""")).ProblemAsync(422, "INSUFFICIENT_MARGIN");
        await (await SendAsync(user.Http, "/payments/deposits", $$"""{"accountId":"{{account}}","amount":0.001}""")).ProblemAsync(422, "INVALID_REQUEST");
        await (await SendAsync(user.Http, "/payments/deposits", $$"""{"accountId":"{{account}}","amount":-5}""")).ProblemAsync(400, "VALIDATION_FAILED");
        (await GetAsync(user, $"/accounts/{account}/status")).GetProperty("balance").GetDecimal().ShouldBe(100m);
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, text);
        return text;
    }

    [Fact]
    public async Task A_client_order_id_repeated_without_a_key_is_answered_with_its_order_however_long_ago()
    {
        var user = await host.RegisterAsync();
        var account = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Old"}""")).JsonAsync()).GetProperty("id").GetGuid();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        var order = $$"""{"accountId":"{{account}}","symbol":"EURUSD","side":"buy","type":"market","volume":0.01,"clientOrderId":"mine"}""";
        var first = await (await SendAsync(user.Http, "/orders", order)).JsonAsync();

        // Remembered, but not with the order itself: the account was read again.
        await using (var other = await host.StartAnotherAsync([]))
        {
            using var http = ClientOf(other, user);
            await SameAsync(await SendAsync(http, "/orders", order));
        }

        // Forgotten by the account: only the database knows it.
        for (var i = 0; i < RecentOrders.Max; i++)
            (await SendAsync(user.Http, "/orders", $$"""{"accountId":"{{account}}","symbol":"EURUSD","side":"{{(i % 2 == 0 ? "sell" : "buy")}}","type":"limit","volume":0.01,"price":{{(i % 2 == 0 ? 1.3 : 0.9)}}}"""))
                .StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity);
        await SameAsync(await SendAsync(user.Http, "/orders", order));
        (await GetAsync(user, $"/positions?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(1);

        async Task SameAsync(HttpResponseMessage answer)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
            var again = await answer.JsonAsync();
            again.GetProperty("id").GetGuid().ShouldBe(first.GetProperty("id").GetGuid());
            again.GetProperty("status").GetString().ShouldBe("filled");
        }
    }

    [Fact]
    public async Task Another_order_under_a_client_order_id_that_is_taken_is_not_answered_as_if_it_were_placed()
    {
        var user = await host.RegisterAsync();
        var account = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Names"}""")).JsonAsync()).GetProperty("id").GetGuid();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        string Order(string side, string volume) => $$"""{"accountId":"{{account}}","symbol":"EURUSD","side":"{{side}}","type":"market","volume":{{volume}},"clientOrderId":"mine"}""";
        (await SendAsync(user.Http, "/orders", Order("buy", "0.1"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await SendAsync(user.Http, "/orders", Order("buy", "0.2"))).ProblemAsync(409, "CLIENT_ORDER_ID_REUSED");
        await (await SendAsync(user.Http, "/orders", Order("sell", "0.1"))).ProblemAsync(409, "CLIENT_ORDER_ID_REUSED");
        (await SendAsync(user.Http, "/orders", Order("buy", "0.10"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await GetAsync(user, $"/positions?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    /// <summary>What was answered to a key is forgotten, what it made is not.</summary>
    [Fact]
    public async Task A_key_that_is_used_again_for_something_else_is_refused_however_long_ago()
    {
        var user = await host.RegisterAsync();
        var account = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Keys"}""")).JsonAsync()).GetProperty("id").GetGuid();
        var another = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Others"}""")).JsonAsync()).GetProperty("id").GetGuid();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        string Order(Guid at, string side, string volume) => $$"""{"accountId":"{{at}}","symbol":"EURUSD","side":"{{side}}","type":"market","volume":{{volume}}}""";
        var first = (await (await SendAsync(user.Http, "/orders", Order(account, "buy", "0.2"), "order")).JsonAsync()).GetProperty("id").GetGuid();
        var second = (await (await SendAsync(user.Http, "/orders", Order(account, "buy", "0.1"))).JsonAsync()).GetProperty("id").GetGuid();
        await ForgetAnswersAsync(user);
        foreach (var other in (string[])[Order(account, "sell", "0.2"), Order(account, "buy", "0.3"), Order(another, "buy", "0.2")])
            await (await SendAsync(user.Http, "/orders", other, "order")).ProblemAsync(422, "IDEMPOTENCY_KEY_REUSED");
        await ForgetAnswersAsync(user);
        (await (await SendAsync(user.Http, "/orders", Order(account, "buy", "0.20"), "order")).JsonAsync()).GetProperty("id").GetGuid().ShouldBe(first);

        (await SendAsync(user.Http, $"/positions/{first}/close", """{"volume":0.1}""", "close")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ForgetAnswersAsync(user);
        await (await SendAsync(user.Http, $"/positions/{second}/close", "{}", "close")).ProblemAsync(422, "IDEMPOTENCY_KEY_REUSED");
        await ForgetAnswersAsync(user);
        (await SendAsync(user.Http, $"/positions/{first}/close", """{"volume":0.1}""", "close")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var open = (await GetAsync(user, $"/positions?accountId={account}")).GetProperty("items").EnumerateArray().ToDictionary(p => p.GetProperty("id").GetGuid(), p => p.GetProperty("volume").GetDecimal());
        open.ShouldBe(new Dictionary<Guid, decimal> { [first] = 0.1m, [second] = 0.1m }, ignoreOrder: true);
        (await GetAsync(user, $"/positions?accountId={another}")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task The_name_that_an_order_was_given_here_is_a_repetition_of_it_and_no_name_for_another()
    {
        var user = await host.RegisterAsync();
        var account = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"Given"}""")).JsonAsync()).GetProperty("id").GetGuid();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        string Order(string name, string volume = "0.1") => $$"""{"accountId":"{{account}}","symbol":"EURUSD","side":"buy","type":"market","volume":{{volume}}{{name}}}""";
        var first = await (await SendAsync(user.Http, "/orders", Order(""))).JsonAsync();
        var name = $$""","clientOrderId":"{{first.GetProperty("clientOrderId").GetString()}}" """;

        var again = await SendAsync(user.Http, "/orders", Order(name));
        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await again.JsonAsync()).GetProperty("id").GetGuid().ShouldBe(first.GetProperty("id").GetGuid());
        await (await SendAsync(user.Http, "/orders", Order(name, "0.2"))).ProblemAsync(409, "CLIENT_ORDER_ID_REUSED");
        foreach (var none in (string[])[ClientOrderIds.ForOrder(Guid.NewGuid()), "Nabcdefghijklmnopqrstuvwxyz"])
            (await (await SendAsync(user.Http, "/orders", Order($$""","clientOrderId":"{{none}}" """))).ProblemAsync(400, "VALIDATION_FAILED"))
                .GetProperty("errors").TryGetProperty("clientOrderId", out _).ShouldBeTrue();
        (await GetAsync(user, $"/positions?accountId={account}")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Closing_everything_and_linking_happen_once()
    {
        var user = await host.RegisterAsync();
        var leader = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"A"}""")).JsonAsync()).GetProperty("id").GetGuid();
        var follower = (await (await SendAsync(user.Http, "/accounts", """{"kind":"paper","name":"B"}""")).JsonAsync()).GetProperty("id").GetGuid();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);
        for (var i = 0; i < 2; i++)
            await SendAsync(user.Http, "/orders", $$"""{"accountId":"{{leader}}","symbol":"EURUSD","side":"buy","type":"market","volume":0.1}""");
        var all = $$"""{"accountId":"{{leader}}"}""";
        (await (await SendAsync(user.Http, "/positions/close-all", all, "all")).JsonAsync()).GetProperty("closed").GetArrayLength().ShouldBe(2);
        (await (await SendAsync(user.Http, "/positions/close-all", all, "all")).JsonAsync()).GetProperty("closed").GetArrayLength().ShouldBe(2);
        (await user.Http.PutAsync($"/api/v1/copy-trading/leaders/{leader}", Body("""{"published":true}"""))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var link = $$$"""{"leaderAccountId":"{{{leader}}}","followerAccountId":"{{{follower}}}","sizing":{"mode":"none"}}""";
        var made = await (await SendAsync(user.Http, "/copy-trading/links", link, "link")).JsonAsync();
        await ForgetAnswersAsync(user);
        (await (await SendAsync(user.Http, "/positions/close-all", all, "all")).JsonAsync()).GetProperty("failed").GetArrayLength().ShouldBe(0);
        (await (await SendAsync(user.Http, "/copy-trading/links", link, "link")).JsonAsync()).GetProperty("id").GetGuid().ShouldBe(made.GetProperty("id").GetGuid());
        (await GetAsync(user, $"/orders?accountId={leader}")).GetProperty("items").GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public async Task The_webhook_secret_is_the_users_own_and_rotates_once()
    {
        var user = await host.RegisterAsync();
        var first = await GetAsync(user, "/users/me/webhook-secret");
        first.GetProperty("secret").GetString()!.ShouldStartWith("whsec_");
        first.GetProperty("version").GetInt32().ShouldBe(0);
        (await GetAsync(await host.RegisterAsync(), "/users/me/webhook-secret")).GetProperty("secret").GetString().ShouldNotBe(first.GetProperty("secret").GetString());
        var many = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(user.Http, "/users/me/webhook-secret/rotate", """{"fromVersion":0}""")));
        many.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        await many.First(a => a.StatusCode != HttpStatusCode.OK).ProblemAsync(409, "CONFLICT");
        var second = await GetAsync(user, "/users/me/webhook-secret");
        second.GetProperty("version").GetInt32().ShouldBe(1);
        second.GetProperty("secret").GetString().ShouldNotBe(first.GetProperty("secret").GetString());
        (second.GetProperty("previousUntil").GetDateTimeOffset() - second.GetProperty("rotatedAt").GetDateTimeOffset()).ShouldBe(TimeSpan.FromDays(1));
        (await (await SendAsync(user.Http, "/users/me/webhook-secret/rotate", """{"fromVersion":1}""")).JsonAsync()).GetProperty("version").GetInt32().ShouldBe(2);
        await (await SendAsync(user.Http, "/users/me/webhook-secret/rotate", "{}")).ProblemAsync(400, "VALIDATION_FAILED");

        var key = (await (await SendAsync(user.Http, "/auth/api-keys", """{"name":"bot","scopes":["read","trade"]}""")).JsonAsync()).GetProperty("key").GetString();
        using var bot = new HttpClient { BaseAddress = host.Http.BaseAddress };
        bot.DefaultRequestHeaders.Add("X-Api-Key", key);
        await (await bot.GetAsync("/api/v1/users/me/webhook-secret")).ProblemAsync(403, "FORBIDDEN");
    }

    private static HttpClient ClientOf(WebApplication app, TestUser user)
    {
        var http = ApiHost.ClientOf(app);
        http.DefaultRequestHeaders.Authorization = user.Http.DefaultRequestHeaders.Authorization;
        return http;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string path, string body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + path) { Content = Body(body) };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return http.SendAsync(request);
    }

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
