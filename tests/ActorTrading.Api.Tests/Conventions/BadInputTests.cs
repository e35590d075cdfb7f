using System.Net;
using System.Net.Http.Json;
using System.Text;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Conventions;

/// <summary>Whatever is sent, the answer is a problem document that says what was wrong.</summary>
[Collection(OnApiHost.Name)]
public class BadInputTests(ApiHost host)
{
    private const string Order = """{"accountId":"0197c0de-0000-7000-8000-000000000001","symbol":"EURUSD","side":"buy","type":"market","volume":0.1}""";

    public static TheoryData<string, string, string, int, string, string?> Bodies => new()
    {
        { "POST", "/orders", "{", 400, "MALFORMED_JSON", null },
        { "POST", "/orders", "", 400, "BAD_REQUEST", null },
        { "POST", "/orders", "null", 400, "BAD_REQUEST", null },
        { "POST", "/orders", "[]", 400, "MALFORMED_JSON", null },
        { "POST", "/orders", "\"x\"", 400, "MALFORMED_JSON", null },
        { "POST", "/orders", "{}", 400, "VALIDATION_FAILED", "accountId" },
        { "POST", "/orders", Order.Replace("\"buy\"", "\"hold\""), 400, "VALIDATION_FAILED", "side" },
        { "POST", "/orders", Order.Replace("\"buy\"", "1"), 400, "VALIDATION_FAILED", "side" },
        { "POST", "/orders", Order.Replace("\"buy\"", "\"BUY\""), 400, "VALIDATION_FAILED", "side" },
        { "POST", "/orders", Order.Replace("0.1", "\"0.1\""), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "NaN"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "1e400"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "1e20"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "-1"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "0"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "0.1000000001"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"volume\":1"), 400, "VALIDATION_FAILED", "volume" },
        { "POST", "/orders", Order.Replace("EURUSD", "EUR USD"), 400, "VALIDATION_FAILED", "symbol" },
        { "POST", "/orders", Order.Replace("EURUSD", ""), 400, "VALIDATION_FAILED", "symbol" },
        { "POST", "/orders", Order.Replace("EURUSD", "NOSUCH"), 422, "UNKNOWN_SYMBOL", null },
        { "POST", "/orders", Order.Replace("0197c0de-0000-7000-8000-000000000001", "1"), 400, "VALIDATION_FAILED", "accountId" },
        { "POST", "/orders", Order, 404, "NOT_FOUND", null },
        { "POST", "/orders", Order.Replace("\"market\"", "\"limit\""), 400, "VALIDATION_FAILED", "price" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"price\":1.1"), 400, "VALIDATION_FAILED", "price" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"expiresAt\":\"soon\""), 400, "VALIDATION_FAILED", "expiresAt" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"clientOrderId\":\"a b\""), 400, "VALIDATION_FAILED", "clientOrderId" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"stop_loss\":1.1"), 400, "VALIDATION_FAILED", "stop_loss" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"StopLoss\":1.1"), 400, "VALIDATION_FAILED", "StopLoss" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"takeProft\":1.1"), 400, "VALIDATION_FAILED", "takeProft" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"mood\":\"good\""), 404, "NOT_FOUND", null },
        { "POST", "/copy-trading/links", """{"sizing":{"mdoe":"fixed"}}""", 400, "VALIDATION_FAILED", "sizing.mdoe" },
        { "POST", "/orders", Order.Replace("0.1", "0.1,\"deviationPoints\":99999999999"), 400, "VALIDATION_FAILED", "deviationPoints" },
        { "POST", "/accounts", """{"kind":"paper"}""", 400, "VALIDATION_FAILED", "name" },
        { "POST", "/accounts", """{"kind":"mt5","name":"x"}""", 400, "VALIDATION_FAILED", "terminal" },
        { "POST", "/accounts", """{"kind":"mt5","name":"x","terminal":{"host":"a b","port":15555}}""", 400, "VALIDATION_FAILED", "terminal.host" },
        { "POST", "/accounts", """{"kind":"mt5","name":"x","terminal":{"host":"h","port":70000}}""", 400, "VALIDATION_FAILED", "terminal.port" },
        { "POST", "/accounts", """{"kind":"mt5","name":"x","terminal":{"host":"h","port":"1"}}""", 400, "VALIDATION_FAILED", "terminal.port" },
        { "POST", "/accounts", """{"kind":"mt5","name":"x","terminal":{"host":"h","port":1,"serverTimeZone":"Europe/Atlantis"}}""", 400, "VALIDATION_FAILED", "terminal.serverTimeZone" },
        { "POST", "/accounts", """{"kind":"oanda","name":"x"}""", 422, "UNSUPPORTED_ACCOUNT_KIND", null },
        { "POST", "/accounts", """{"kind":"paper","name":"x","leverage":0}""", 400, "VALIDATION_FAILED", "leverage" },
        { "POST", "/accounts", """{"kind":"paper","name":"x","currency":"usd"}""", 400, "VALIDATION_FAILED", "currency" },
        { "POST", "/accounts", """{"kind":"paper","name":"x\u0000y"}""", 400, "VALIDATION_FAILED", "name" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"sideways","value":1}""", 400, "VALIDATION_FAILED", "condition" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":-1}""", 400, "VALIDATION_FAILED", "value" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"insideChannel","value":1}""", 400, "VALIDATION_FAILED", "value2" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1,"channels":["pigeon"]}""", 400, "VALIDATION_FAILED", "channels[0]" },
        { "POST", "/alerts", """{"symbol":"NOSUCH","condition":"crossing","value":1}""", 422, "UNKNOWN_SYMBOL", null },
        { "POST", "/copy-trading/links", "{}", 400, "VALIDATION_FAILED", "followerAccountId" },
        { "POST", "/copy-trading/links", """{"sizing":null,"leaderAccountId":"0197c0de-0000-7000-8000-000000000001","followerAccountId":"0197c0de-0000-7000-8000-000000000002"}""", 400, "VALIDATION_FAILED", "sizing" },
        { "POST", "/copy-trading/links", """{"riskLimits":[null],"leaderAccountId":"0197c0de-0000-7000-8000-000000000001","followerAccountId":"0197c0de-0000-7000-8000-000000000002"}""", 400, "VALIDATION_FAILED", "riskLimits[0]" },
        { "POST", "/copy-trading/links", """{"symbolFilter":{"include":[null]},"leaderAccountId":"0197c0de-0000-7000-8000-000000000001","followerAccountId":"0197c0de-0000-7000-8000-000000000002"}""", 400, "VALIDATION_FAILED", "symbolFilter.include" },
        { "POST", "/copy-trading/links", """{"magicFilter":{"exclude":[null]},"leaderAccountId":"0197c0de-0000-7000-8000-000000000001","followerAccountId":"0197c0de-0000-7000-8000-000000000002"}""", 400, "VALIDATION_FAILED", "magicFilter.exclude[0]" },
        { "POST", "/copy-trading/links", """{"allowedSides":[null],"leaderAccountId":"0197c0de-0000-7000-8000-000000000001","followerAccountId":"0197c0de-0000-7000-8000-000000000002"}""", 400, "VALIDATION_FAILED", "allowedSides[0]" },
        { "POST", "/copy-trading/links", """{"symbolMapping":{"EURUSD":null},"leaderAccountId":"0197c0de-0000-7000-8000-000000000001","followerAccountId":"0197c0de-0000-7000-8000-000000000002"}""", 400, "VALIDATION_FAILED", "symbolMapping" },
        { "POST", "/copy-trading/links", """{"sizing":{"mode":"huge"}}""", 400, "VALIDATION_FAILED", "sizing.mode" },
        { "PATCH", "/users/me", """{"preferences":[]}""", 400, "VALIDATION_FAILED", "preferences" },
        { "PATCH", "/users/me", """{"preferences":{"a":"\u0000"}}""", 400, "VALIDATION_FAILED", "preferences.a" },
        { "PATCH", "/users/me", """{"preferences":{"\u0000":1}}""", 400, "VALIDATION_FAILED", "preferences" },
        { "PATCH", "/users/me", """{"preferences":{"a":["\ud800"]}}""", 400, "VALIDATION_FAILED", "preferences.a[0]" },
        { "PATCH", "/users/me", """{"preferences":{"a":1e999999}}""", 400, "VALIDATION_FAILED", "preferences.a" },
        { "PATCH", "/users/me", """{"preferences":{"a":1e-20000}}""", 400, "VALIDATION_FAILED", "preferences.a" },
        { "POST", "/auth/register", """{"username":"somebody.new","email":"a@example.com,b@example.com","password":"correct horse battery"}""", 400, "VALIDATION_FAILED", "email" },
        { "POST", "/auth/register", """{"username":"somebody.new","email":"a@b@example.com","password":"correct horse battery"}""", 400, "VALIDATION_FAILED", "email" },
        { "PATCH", "/users/me", """{"name":"\ud800"}""", 400, "VALIDATION_FAILED", "name" },
        { "PATCH", "/users/me", """{"name":5}""", 400, "VALIDATION_FAILED", "name" },
        { "POST", "/users/me/webhook-secret/rotate", """{"fromVersion":2147483647}""", 400, "VALIDATION_FAILED", "fromVersion" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1,"message":"a\u0000b"}""", 400, "VALIDATION_FAILED", "message" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1,"channels":["webhook"],"webhookUrl":"https://example.org/\u0000"}""", 400, "VALIDATION_FAILED", "webhookUrl" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1,"value2":"x"}""", 400, "VALIDATION_FAILED", "value2" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1,"expiresAt":3}""", 400, "VALIDATION_FAILED", "expiresAt" },
        { "POST", "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1,"status":"fired"}""", 400, "VALIDATION_FAILED", "status" },
        { "PUT", "/orders/0197c0de-0000-7000-8000-000000000001", """{"price":"1.1"}""", 400, "VALIDATION_FAILED", "price" },
        { "PUT", "/positions/0197c0de-0000-7000-8000-000000000001", """{"stopLoss":"1.1"}""", 400, "VALIDATION_FAILED", "stopLoss" },
        { "POST", "/copy-trading/links", """{"symbolMapping":{"EURUSD":"A\u0000"}}""", 400, "VALIDATION_FAILED", "symbolMapping.EURUSD" },
        { "POST", "/backtests", """{"script":"x","symbol":"EURUSD","timeframe":"M1","from":"2026-01-01","to":"2026-02-01","inputs":{"a":"\ud800"}}""", 400, "VALIDATION_FAILED", "inputs.a" },
        { "POST", "/accounts", """{"kind":"paper","name":"x","currency":"ZZZ"}""", 400, "VALIDATION_FAILED", "currency" },
        { "POST", "/auth/register", """{"username":"ab","email":"x","password":"short"}""", 400, "VALIDATION_FAILED", "email" },
        { "POST", "/auth/login", """{"login":"a"}""", 400, "VALIDATION_FAILED", "password" },
        { "POST", "/auth/api-keys", """{"name":"x","scopes":["security"]}""", 400, "VALIDATION_FAILED", "scopes" },
    };

    [Theory, MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused_with_the_field(string method, string path, string body, int status, string code, string? field)
    {
        var user = await User();
        var request = new HttpRequestMessage(new(method), "/api/v1" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var problem = await (await user.SendAsync(request)).ProblemAsync(status, code);
        if (field is null)
            return;
        problem.GetProperty("field").GetString().ShouldBe(field);
        problem.GetProperty("errors").GetProperty(field)[0].GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("/accounts?limit=0", 400, "VALIDATION_FAILED")]
    [InlineData("/accounts?limit=501", 400, "VALIDATION_FAILED")]
    [InlineData("/accounts?limit=many", 400, "VALIDATION_FAILED")]
    [InlineData("/accounts?cursor=!!", 400, "VALIDATION_FAILED")]
    [InlineData("/orders?accountId=1", 400, "VALIDATION_FAILED")]
    [InlineData("/orders?status=done", 400, "VALIDATION_FAILED")]
    [InlineData("/trades?from=yesterday", 400, "VALIDATION_FAILED")]
    [InlineData("/trades?closed=maybe", 400, "VALIDATION_FAILED")]
    [InlineData("/orders?open=maybe", 400, "VALIDATION_FAILED")]
    [InlineData("/orders?symbol=%00", 400, "VALIDATION_FAILED")]
    [InlineData("/trades?symbol=%00", 400, "VALIDATION_FAILED")]
    [InlineData("/positions?symbol=%00", 400, "VALIDATION_FAILED")]
    [InlineData("/accounts/1", 404, "NOT_FOUND")]
    [InlineData("/accounts/0197c0de-0000-7000-8000-000000000001/ledger", 404, "NOT_FOUND")]
    [InlineData("/orders/%20", 404, "NOT_FOUND")]
    [InlineData("/market/quotes/NOSUCH", 404, "NOT_FOUND")]
    [InlineData("/market/candles/EURUSD", 400, "VALIDATION_FAILED")]
    [InlineData("/market/candles/EURUSD?timeframe=M7", 400, "VALIDATION_FAILED")]
    [InlineData("/market/candles/EURUSD?timeframe=1", 400, "VALIDATION_FAILED")]
    [InlineData("/nothing/here", 404, "NOT_FOUND")]
    [InlineData("/auth/login", 405, "METHOD_NOT_ALLOWED")]
    public async Task A_bad_question_is_refused(string path, int status, string code) =>
        await (await (await User()).GetAsync("/api/v1" + path)).ProblemAsync(status, code);

    [Theory]
    [InlineData(null, "UNAUTHENTICATED")]
    [InlineData("Bearer x", "INVALID_TOKEN")]
    [InlineData("Bearer ", "INVALID_TOKEN")]
    [InlineData("Basic YTpi", "INVALID_TOKEN")]
    [InlineData("Bearer atk_notakey", "INVALID_TOKEN")]
    public async Task Without_a_good_token_nothing_is_told(string? authorization, string code)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/accounts");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        var answer = await host.Http.SendAsync(request);
        await answer.ProblemAsync(401, code);
        answer.Headers.WwwAuthenticate.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_token_in_the_query_is_for_sockets_only()
    {
        var user = await host.RegisterAsync();
        await (await host.Http.GetAsync($"/api/v1/accounts?access_token={user.Token}")).ProblemAsync(401, "UNAUTHENTICATED");
        (await host.Http.PostAsync($"/hubs/trading/negotiate?negotiateVersion=1&access_token={user.Token}", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await host.Http.PostAsync("/hubs/trading/negotiate?negotiateVersion=1&access_token=x", null)).ProblemAsync(401, "INVALID_TOKEN");
        await (await host.Http.GetAsync($"/ws/v1?access_token={user.Token}")).ProblemAsync(400, "BAD_REQUEST");
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_JSON_is_refused()
    {
        var user = await User();
        var large = new StringContent("{\"name\":\"" + new string('x', 300_000) + "\"}", Encoding.UTF8, "application/json");
        await (await user.PatchAsync("/api/v1/users/me", large)).ProblemAsync(413, "BODY_TOO_LARGE");
        await (await user.PostAsync("/api/v1/orders", new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded"))).ProblemAsync(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused_and_never_an_error_of_the_server()
    {
        var user = await User();
        var bogus = new ByteArrayContent("""{"kind":"paper","name":"x"}"""u8.ToArray());
        bogus.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=bogus");
        await (await user.PostAsync("/api/v1/accounts", bogus)).ProblemAsync(415, "UNSUPPORTED_MEDIA_TYPE");
        await (await user.PutAsync("/api/v1/strategies/0197c0de-0000-7000-8000-000000000001/toggle", new StringContent("on", Encoding.UTF8, "text/plain"))).ProblemAsync(415, "UNSUPPORTED_MEDIA_TYPE");
        (await (await user.PostAsync("/api/v1/strategies/check", null)).ProblemAsync(400, "BAD_REQUEST")).GetProperty("detail").GetString().ShouldBe("A JSON object is required as the body.");
    }

    [Theory]
    [InlineData("grant_type=password&username=de%00mo&password=demo-password", "application/x-www-form-urlencoded")]
    [InlineData("xx", "multipart/form-data; boundary=zz")]
    [InlineData("xx", "multipart/form-data")]
    public async Task A_token_form_that_is_none_is_an_invalid_request(string body, string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var answer = await host.Http.PostAsync("/api/v1/auth/token", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.JsonAsync()).GetProperty("error").GetString().ShouldBe("invalid_request");
    }

    [Fact]
    public async Task Answers_tell_browsers_what_not_to_do()
    {
        var answer = await host.Http.GetAsync("/health/ready");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"postgres\":\"ok\"");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task The_description_names_every_endpoint_and_the_docs_page_is_there()
    {
        var json = await host.Http.GetFromJsonAsync<System.Text.Json.JsonElement>("/openapi/v1.json");
        var paths = json.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToArray();
        foreach (var path in new[] { "auth/login", "users/me", "market/symbols", "accounts/{id}/ledger", "orders/{id}", "positions/close-all", "trades", "alerts/{id}/history", "copy-trading/links/{id}/executions", "system/status" })
            paths.ShouldContain("/api/v1/" + path);
        json.ToString().ShouldContain("stopLimit");
        (await host.Http.GetStringAsync("/docs/index.html")).ShouldContain("swagger-ui");
    }

    private async Task<HttpClient> User() => s_user ??= (await host.RegisterAsync()).Http;

    private static HttpClient? s_user;
}
