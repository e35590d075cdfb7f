using System.Text.Json.Nodes;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Conventions;

/// <summary>The description is enough to write a client from.</summary>
[Collection(OnApiHost.Name)]
public sealed class DescriptionTests(ApiHost host)
{
    [Fact]
    public async Task Every_list_says_of_what_and_every_object_which_fields()
    {
        var schemas = Schemas(await DocumentAsync(), "").ToList();
        schemas.Count.ShouldBeGreaterThan(500);
        schemas.Where(s => Is(s.Schema, "array") && s.Schema["items"] is null).Select(s => s.Path).ShouldBeEmpty();
        schemas.Where(s => Is(s.Schema, "object") && s.Schema["properties"] is null && s.Schema["additionalProperties"] is null).Select(s => s.Path).ShouldBeEmpty();

        // What users and scripts put in themselves can be anything.
        schemas.Where(s => s.Schema.Count == 0).Select(s => s.Path.Split('/')[^1]).Distinct().ShouldBe(["JsonElement"]);
    }

    [Fact]
    public async Task What_has_to_be_sent_is_not_described_as_null()
    {
        var bodies = new DescribedBodies(await DocumentAsync());
        var sent = bodies.Paths.SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!["requestBody"]?["content"]?["application/json"]?["schema"])
            .OfType<JsonNode>().SelectMany(schema => bodies.Objects(schema)).ToList();
        var required = sent.SelectMany(o => DescribedBodies.RequiredOf(o.Schema).Select(name => (Name: $"{o.Path}.{name}", Property: o.Schema["properties"]![name]!))).ToList();
        required.Count.ShouldBeGreaterThan(30);
        required.Where(r => r.Property.ToJsonString().Contains("\"null\"", StringComparison.Ordinal)).Select(r => r.Name).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_copy_links_change_takes_what_makes_one_but_its_accounts_and_its_status_and_version()
    {
        var bodies = new DescribedBodies(await DocumentAsync());
        string[] FieldsOf(string path, string method) =>
            [.. bodies.Resolve(bodies.Paths[path]![method]!["requestBody"]!["content"]!["application/json"]!["schema"]!)["properties"]!.AsObject().Select(p => p.Key)];
        FieldsOf("/api/v1/copy-trading/links/{id}", "put")
            .ShouldBe(FieldsOf("/api/v1/copy-trading/links", "post").Except(["leaderAccountId", "followerAccountId"]).Concat(["status", "version"]), ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_is_described_by_the_names_that_it_has()
    {
        var user = await host.RegisterAsync();
        var answer = await host.Http.PostAsync("/api/v1/auth/token", new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", user.RefreshToken)]));
        var given = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject().Select(p => p.Key);
        (await DocumentAsync())["components"]!["schemas"]!["OAuthAnswer"]!["properties"]!.AsObject().Select(p => p.Key).ShouldBe(given, ignoreOrder: true);
    }

    private static bool Is(JsonObject schema, string type) =>
        schema["type"] is JsonArray types ? types.Any(t => t!.GetValue<string>() == type) : schema["type"] is JsonValue value && value.GetValue<string>() == type;

    /// <summary>Every object in the document that is a schema, by its path.</summary>
    private static IEnumerable<(string Path, JsonObject Schema)> Schemas(JsonNode? node, string path)
    {
        if (node is JsonArray list)
        {
            foreach (var inner in list.SelectMany(item => Schemas(item, path)))
                yield return inner;
        }
        if (node is not JsonObject here)
            yield break;
        var parent = path.Split('/')[^1];
        foreach (var (name, value) in here)
        {
            if (value is JsonObject schema && (parent is "properties" or "schemas" || name is "items" or "schema" or "additionalProperties"))
                yield return ($"{path}/{name}", schema);
            foreach (var inner in Schemas(value, $"{path}/{name}"))
                yield return inner;
        }
    }

    private async Task<JsonObject> DocumentAsync() => JsonNode.Parse(await host.Http.GetStringAsync("/openapi/v1.json"))!.AsObject();
}
