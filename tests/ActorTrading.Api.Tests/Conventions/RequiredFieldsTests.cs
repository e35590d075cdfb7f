using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorTrading.Api.Tests.Strategies;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Conventions;

/// <summary>
/// What the description calls required is what the API refuses to do without, and nothing else: over all bodies, by sending them. A field is not
/// required where a body without it is taken; it is required where no example is without it and leaving it out is refused with its name.
/// </summary>
[Collection(OnApiHost.Name)]
public partial class RequiredFieldsTests(ApiHost host)
{
    /// <param name="Endpoint">As the description names it.</param>
    /// <param name="Target">Where it is sent. A name in angle brackets is made anew for each request.</param>
    /// <param name="Code">How good fields are answered by this host: null for success.</param>
    private sealed record Case(string Endpoint, string Target, string[] Bodies, string? Code = null);

    private const string Accounts = "\"leaderAccountId\":\"<leader>\",\"followerAccountId\":\"<account>\"";

    private const string Copying = """
        "sizing":{},"stops":{},"limits":{},"timing":{"signalDelay":{}},"symbolFilter":{},"magicFilter":{"include":[{}],"exclude":[{}]},
        "riskLimits":[{"maxAbsoluteRisk":100},{"type":"week","maxRelativeRisk":0.1}],"equityStop":{"type":"fixed","amount":5},"slippageGuard":{"maxPips":1},
        "equityCurveFilter":{"period":5,"timeframe":"H1"},"drawdownFilter":{"action":"exclude","maxDrawdown":0.5}
        """;

    private static readonly string Script = JsonSerializer.Serialize(Scripts.Cross);

    /// <summary>Angle brackets stay as they are.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Case[] Cases =
    [
        new("post /auth/register", "/auth/register", ["""{"username":"<name>","email":"<name>@example.com","password":"correct horse battery"}"""]),
        new("post /auth/login", "/auth/login", ["""{"login":"<user>","password":"correct horse battery"}"""]),
        new("post /auth/password-reset", "/auth/password-reset", ["""{"email":"nobody@example.com"}"""]),
        new("post /auth/password-reset/confirm", "/auth/password-reset/confirm", ["""{"token":"none","password":"correct horse battery"}"""], "INVALID_RESET_TOKEN"),
        new("post /auth/refresh", "/auth/refresh", ["""{"refreshToken":"<refreshToken>"}"""]),
        new("post /auth/logout", "/auth/logout", ["""{"refreshToken":"<refreshToken>"}"""]),
        new("post /auth/mfa/confirm", "/auth/mfa/confirm", ["""{"otp":"000000"}"""], "MFA_NOT_SET_UP"),
        new("delete /auth/mfa", "/auth/mfa?otp=000000", ["{}", """{"otp":"000000"}"""], "MFA_NOT_SET_UP"),
        new("post /auth/api-keys", "/auth/api-keys", ["""{"name":"k"}"""]),
        new("patch /users/me", "/users/me", ["{}"]),
        new("post /users/me/notifications/read", "/users/me/notifications/read", ["""{"upToSeq":0}"""]),
        new("post /users/me/webhook-secret/rotate", "/users/me/webhook-secret/rotate", ["""{"fromVersion":1000}"""], "CONFLICT"),
        new("post /accounts", "/accounts", ["""{"kind":"paper","name":"Paper"}""", """{"kind":"mt5","name":"Terminal","terminal":{"host":"127.0.0.1","port":1}}"""]),
        new("patch /accounts/{id}", "/accounts/<terminal>", ["{}", """{"terminal":{}}"""]),
        new("post /payments/deposits", "/payments/deposits", ["""{"accountId":"<account>","amount":1}"""]),
        new("post /payments/withdrawals", "/payments/withdrawals", ["""{"accountId":"<account>","amount":1}"""]),
        new("post /orders", "/orders", ["""{"accountId":"<account>","symbol":"EURUSD","side":"buy","type":"market","volume":0.01}"""]),
        new("put /orders/{id}", "/orders/<order>", ["{}"]),
        new("put /positions/{id}", "/positions/<position>", ["{}"]),
        new("post /positions/{id}/close", "/positions/<position>/close", ["{}"]),
        new("post /positions/close-all", "/positions/close-all", ["{}"]),
        new("post /alerts", "/alerts", ["""{"symbol":"EURUSD","condition":"crossing","value":1.2}"""]),
        new("patch /alerts/{id}", "/alerts/<alert>", ["{}"]),
        new("post /copy-trading/links", "/copy-trading/links", [$"{{{Accounts}}}", $$"""{{{Accounts}},"magicFilter":{},"timing":{} }""", $"{{{Accounts},{Copying}}}"]),
        new("put /copy-trading/links/{id}", "/copy-trading/links/<link>", ["{}", """{"magicFilter":{},"timing":{} }""", $"{{{Copying}}}"]),
        new("put /copy-trading/leaders/{accountId}", "/copy-trading/leaders/<account>", ["""{"published":true}"""]),
        new("post /strategies", "/strategies", [$$"""{"name":"Cross","script":{{Script}}}"""]),
        new("post /strategies/check", "/strategies/check", [$$"""{"script":{{Script}}}"""]),
        new("put /strategies/{id}", "/strategies/<strategy>", ["{}"]),
        new("put /strategies/{id}/toggle", "/strategies/<strategy>/toggle", ["{}"]),
        new("post /strategies/{id}/runs", "/strategies/<strategy>/runs", ["""{"accountId":"<account>","symbol":"EURUSD","timeframe":"M1"}"""]),
        new("post /backtests", "/backtests", [
            $$"""{"script":{{Script}},"symbol":"EURUSD","timeframe":"M1","from":"2026-01-01","to":"2026-02-01"}""",
            """{"strategyId":"<strategy>","symbol":"EURUSD","timeframe":"M1","from":"2026-01-01","to":"2026-02-01"}"""]),
    ];

    public static TheoryData<string> Endpoints => [.. Cases.Select(c => c.Endpoint)];

    [Fact]
    public async Task Every_endpoint_that_takes_a_body_has_its_examples()
    {
        var described = await DescriptionAsync();
        described.Paths.SelectMany(path => path.Value!.AsObject().Where(operation => operation.Value!["requestBody"] is not null)
            .Select(operation => $"{operation.Key} {path.Key["/api/v1".Length..]}")).Order().ShouldBe(Cases.Select(c => c.Endpoint).Order());
    }

    [Theory, MemberData(nameof(Endpoints))]
    public async Task The_description_requires_what_is_refused_when_missing_and_nothing_else(string endpoint)
    {
        var test = Cases.Single(c => c.Endpoint == endpoint);
        var (method, path) = (endpoint.Split(' ')[0], "/api/v1" + endpoint.Split(' ')[1]);
        var described = await DescriptionAsync();
        var operation = described.Paths[path]![method]!;
        var body = operation["requestBody"]!;
        var schema = body["content"]!["application/json"]!["schema"]!;
        var user = await host.RegisterAsync();
        await host.QuoteAsync("EURUSD", 1.1m, 1.1002m);

        foreach (var example in test.Bodies)
            await TakenAsync(user, method, test, example, described, operation);
        var isRequired = body["required"]?.GetValue<bool>() == true;
        (await IsRefusedAsync(user, method, test, null, null)).ShouldBe(isRequired, "without a body");

        var examples = test.Bodies.Select(example => JsonNode.Parse(example)!).ToArray();
        foreach (var (at, here) in described.Objects(schema))
        {
            var given = examples.SelectMany(example => DescribedBodies.At(example, at)).Select(found => found.Value.Select(field => field.Key)).ToArray();
            given.ShouldNotBeEmpty($"no example has {at}");
            var required = DescribedBodies.RequiredOf(here);
            required.ShouldBe(given.Aggregate((a, b) => [.. a.Intersect(b)]).Order(StringComparer.Ordinal), ignoreOrder: false, $"what is in every example of '{at}' that is taken");
            foreach (var field in required)
            {
                foreach (var i in Enumerable.Range(0, examples.Length))
                {
                    foreach (var n in Enumerable.Range(0, DescribedBodies.At(examples[i], at).Count()))
                    {
                        var without = examples[i].DeepClone();
                        var (place, value) = DescribedBodies.At(without, at).ElementAt(n);
                        value.Remove(field);
                        var name = place.Length == 0 ? field : $"{place}.{field}";
                        (await IsRefusedAsync(user, method, test, without.ToJsonString(Readable), name)).ShouldBeTrue(name);
                    }
                }
            }
        }
    }

    /// <summary>The fields are good, and what the answer's description requires is in it.</summary>
    private async Task TakenAsync(TestUser user, string method, Case test, string body, DescribedBodies described, JsonNode operation)
    {
        using var answer = await SendAsync(user, method, test, body);
        var text = await answer.Content.ReadAsStringAsync();
        if (test.Code is { } code)
        {
            JsonNode.Parse(text)!["code"]!.GetValue<string>().ShouldBe(code, text);
            return;
        }
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        if (operation["responses"]?[$"{(int)answer.StatusCode}"]?["content"]?["application/json"]?["schema"] is not { } schema)
            return;
        foreach (var (at, here) in described.Objects(schema))
        {
            foreach (var (field, value) in DescribedBodies.At(JsonNode.Parse(text), at))
                DescribedBodies.RequiredOf(here).Except(value.Select(p => p.Key)).ShouldBeEmpty($"{field} in {text}");
        }
    }

    private async Task<bool> IsRefusedAsync(TestUser user, string method, Case test, string? body, string? field)
    {
        using var answer = await SendAsync(user, method, test, body);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBeLessThan(500, text);
        return (int)answer.StatusCode == 400 && (field is null || JsonNode.Parse(text)!["errors"]?[field] is not null);
    }

    private async Task<HttpResponseMessage> SendAsync(TestUser user, string method, Case test, string? body) =>
        await user.Http.SendAsync(new(new(method.ToUpperInvariant()), "/api/v1" + await FillAsync(user, test.Target))
        {
            Content = body is null ? null : new StringContent(await FillAsync(user, body), Encoding.UTF8, "application/json"),
        });

    private async Task<string> FillAsync(TestUser user, string text)
    {
        var made = new Dictionary<string, string>();
        foreach (var name in Placeholder().Matches(text).Select(match => match.Value).Distinct())
            made[name] = await MakeAsync(user, name);
        return Placeholder().Replace(text, match => made[match.Value]);
    }

    private async Task<string> MakeAsync(TestUser user, string what)
    {
        switch (what)
        {
            case "<name>":
                return $"u{Guid.NewGuid():N}"[..20];
            case "<user>":
                return user.Name;
            case "<refreshToken>":
                return (await host.RegisterAsync()).RefreshToken;
            case "<account>":
                return await IdAsync(user, "/accounts", """{"kind":"paper","name":"Paper"}""");
            case "<terminal>":
                return await IdAsync(user, "/accounts", """{"kind":"mt5","name":"Terminal","terminal":{"host":"127.0.0.1","port":1}}""");
            case "<leader>":
                var leader = await MakeAsync(user, "<account>");
                (await user.Http.PutAsJsonAsync($"/api/v1/copy-trading/leaders/{leader}", new { published = true })).IsSuccessStatusCode.ShouldBeTrue();
                return leader;
            case "<order>":
                return await IdAsync(user, "/orders", $$"""{"accountId":"{{await MakeAsync(user, "<account>")}}","symbol":"EURUSD","side":"buy","type":"limit","volume":0.01,"price":1.0}""");
            case "<position>":
                return await IdAsync(user, "/orders", $$"""{"accountId":"{{await MakeAsync(user, "<account>")}}","symbol":"EURUSD","side":"buy","type":"market","volume":0.01}""", "positionId");
            case "<alert>":
                return await IdAsync(user, "/alerts", """{"symbol":"EURUSD","condition":"crossing","value":1.2}""");
            case "<link>":
                return await IdAsync(user, "/copy-trading/links", await FillAsync(user, $"{{{Accounts}}}"));
            case "<strategy>":
                return await IdAsync(user, "/strategies", $$"""{"name":"Cross","script":{{Script}}}""");
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "is not among what can be made here");
        }
    }

    private static async Task<string> IdAsync(TestUser user, string path, string body, string id = "id")
    {
        using var answer = await user.Http.PostAsync("/api/v1" + path, new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)![id]!.GetValue<string>();
    }

    private async Task<DescribedBodies> DescriptionAsync() => new(JsonNode.Parse(await host.Http.GetStringAsync("/openapi/v1.json"))!.AsObject());

    [GeneratedRegex("<[a-zA-Z]+>")]
    private static partial Regex Placeholder();
}
