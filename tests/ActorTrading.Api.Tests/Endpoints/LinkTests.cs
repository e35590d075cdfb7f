using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Endpoints;

/// <summary>Changing, stopping and removing copy links.</summary>
[Collection(OnApiHost.Name)]
public class LinkTests(ApiHost host)
{
    private const string Settings = """
        "sizing":{"mode":"fixedVolume","value":0.1},"reverse":true,"symbolMapping":{"GBPUSD":"EURUSD"},"stops":{"copyTakeProfit":false},
        "equityStop":{"type":"trailing","amount":500},"riskLimits":[{"type":"day","applyTo":"equityDifference","maxAbsoluteRisk":100,"startTime":"2026-01-01T00:00:00.123456Z"}]
        """;

    [Fact]
    public async Task A_change_of_the_status_alone_leaves_every_setting()
    {
        var (user, link) = await LinkAsync();
        var before = await StoredAsync(user, link);
        var paused = await ChangeAsync(user, link, """{"status":"paused"}""");
        paused.GetProperty("status").GetString().ShouldBe("paused");
        var after = await StoredAsync(user, link);
        JsonSerializer.Serialize(after.Settings, DomainJson.Options).ShouldBe(JsonSerializer.Serialize(before.Settings, DomainJson.Options));
        after.Version.ShouldBe(before.Version + 1);
    }

    [Fact]
    public async Task A_setting_that_is_given_is_taken_whole_and_the_others_stay()
    {
        var (user, link) = await LinkAsync();
        var settings = (await ChangeAsync(user, link, """{"stops":{"fixedStopLossPips":20},"maxTrade":1,"reverse":false}""")).GetProperty("settings");
        settings.GetProperty("stops").GetProperty("copyTakeProfit").GetBoolean().ShouldBeTrue("of the stops only one was given");
        settings.GetProperty("stops").GetProperty("fixedStopLossPips").GetDecimal().ShouldBe(20m);
        settings.GetProperty("reverse").GetBoolean().ShouldBeFalse();
        settings.GetProperty("sizing").GetProperty("mode").GetString().ShouldBe("fixedVolume");
        settings.GetProperty("equityStop").GetProperty("amount").GetDecimal().ShouldBe(500m);
    }

    [Fact]
    public async Task Null_takes_a_setting_away_and_leaves_what_a_new_link_has()
    {
        var (user, link) = await LinkAsync();
        var settings = (await ChangeAsync(user, link, """{"equityStop":null,"symbolMapping":null,"sizing":null,"reverse":null,"status":null}""")).GetProperty("settings");
        settings.TryGetProperty("equityStop", out _).ShouldBeFalse();
        settings.TryGetProperty("symbolMapping", out _).ShouldBeFalse();
        settings.GetProperty("sizing").GetProperty("mode").GetString().ShouldBe("balance");
        settings.GetProperty("reverse").GetBoolean().ShouldBeFalse();
        settings.GetProperty("stops").GetProperty("copyTakeProfit").GetBoolean().ShouldBeFalse();
        settings.GetProperty("riskLimits").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"sizing":{"mode":"huge"}}""", "sizing.mode")]
    [InlineData("""{"sizing":{"mode":"fixedVolume"}}""", "sizing.value")]
    [InlineData("""{"equityStopp":null}""", "equityStopp")]
    [InlineData("""{"equityStop":null,"Reverse":true}""", "Reverse")]
    [InlineData("""{"equityStop":null,"symbolMapping":{"EURUSD":"A\ud800"}}""", "symbolMapping.EURUSD")]
    [InlineData("""{"status":"stopped"}""", "status")]
    public async Task A_bad_change_names_its_field(string body, string field)
    {
        var (user, link) = await LinkAsync();
        var problem = await (await user.Http.PutAsync($"/api/v1/copy-trading/links/{link}", Body(body))).ProblemAsync(400, "VALIDATION_FAILED");
        problem.GetProperty("field").GetString().ShouldBe(field);
    }

    [Fact]
    public async Task A_stopped_link_is_shown_as_such_until_it_is_reset()
    {
        var (user, link) = await LinkAsync();
        var json = "{\"linkId\":\"x\"}";
        (await Links.SaveStopAsync(link, LinkRiskState.Empty with { StopReason = "EQUITY_STOP", StopSequence = 1 }, json, DateTimeOffset.UtcNow)).ShouldBe(user.Id);
        (await Links.SaveStopAsync(link, LinkRiskState.Empty with { StopReason = "EQUITY_STOP", StopSequence = 1 }, json, DateTimeOffset.UtcNow)).ShouldBeNull();
        (await GetAsync(user, $"/copy-trading/links/{link}")).GetProperty("status").GetString().ShouldBe("stopped");
        (await GetAsync(user, "/users/me/copying")).GetProperty("items")[0].GetProperty("status").GetString().ShouldBe("stopped");
        var told = (await GetAsync(user, "/users/me/notifications")).GetProperty("items");
        told.GetArrayLength().ShouldBe(1);
        told[0].GetProperty("kind").GetString().ShouldBe("linkStopped");

        var reset = await user.Http.PostAsync($"/api/v1/copy-trading/links/{link}/reset", null);
        reset.StatusCode.ShouldBe(HttpStatusCode.OK, await reset.Content.ReadAsStringAsync());
        (await reset.JsonAsync()).GetProperty("status").GetString().ShouldBe("active");
        (await StoredAsync(user, link)).Risk.ShouldSatisfyAllConditions(r => r.StopReason.ShouldBeNull(), r => r.StopSequence.ShouldBe(1));
        var other = await host.RegisterAsync();
        await (await other.Http.PostAsync($"/api/v1/copy-trading/links/{link}/reset", null)).ProblemAsync(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_removed_link_is_neither_changed_nor_reset_and_its_pair_may_follow_again()
    {
        var (user, link) = await LinkAsync();
        (await user.Http.DeleteAsync($"/api/v1/copy-trading/links/{link}?mode=closeGracefullyByPosition")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var removed = await GetAsync(user, $"/copy-trading/links/{link}");
        removed.GetProperty("status").GetString().ShouldBe("removed");
        await (await user.Http.PutAsync($"/api/v1/copy-trading/links/{link}", Body("{}"))).ProblemAsync(409, "LINK_FINAL");
        await (await user.Http.PostAsync($"/api/v1/copy-trading/links/{link}/reset", null)).ProblemAsync(409, "LINK_FINAL");
        var again = await user.Http.PostAsJsonAsync("/api/v1/copy-trading/links",
            new { leaderAccountId = removed.GetProperty("leaderAccountId").GetGuid(), followerAccountId = removed.GetProperty("followerAccountId").GetGuid() });
        again.StatusCode.ShouldBe(HttpStatusCode.Created, await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_closed_account_follows_nobody_and_is_not_followed_any_more()
    {
        var (user, link) = await LinkAsync();
        var middle = (await GetAsync(user, $"/copy-trading/links/{link}")).GetProperty("followerAccountId").GetGuid();
        (await user.Http.PutAsJsonAsync($"/api/v1/copy-trading/leaders/{middle}", new { published = true })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var other = await host.RegisterAsync();
        var late = await AccountAsync(other);

        (await user.Http.DeleteAsync($"/api/v1/accounts/{middle}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await StoredAsync(user, link)).Status.ShouldBe("removed");
        (await GetAsync(user, $"/accounts/{middle}")).GetProperty("published").GetBoolean().ShouldBeFalse();
        await (await other.Http.PostAsJsonAsync("/api/v1/copy-trading/links", new { leaderAccountId = middle, followerAccountId = late })).ProblemAsync(404, "LEADER_NOT_FOUND");
    }

    private ILinkStore Links => host.Services.GetRequiredService<ILinkStore>();

    private async Task<StoredLink> StoredAsync(TestUser user, Guid link) => (await Links.FindAsync(user.Id, link))!;

    private async Task<(TestUser User, Guid Link)> LinkAsync()
    {
        var (leader, follower) = (await host.RegisterAsync(), await host.RegisterAsync());
        var (leading, following) = (await AccountAsync(leader), await AccountAsync(follower));
        (await leader.Http.PutAsJsonAsync($"/api/v1/copy-trading/leaders/{leading}", new { published = true })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var made = await follower.Http.PostAsync("/api/v1/copy-trading/links", Body($$"""{"leaderAccountId":"{{leading}}","followerAccountId":"{{following}}",{{Settings}}}"""));
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return (follower, (await made.JsonAsync()).GetProperty("id").GetGuid());
    }

    private static async Task<Guid> AccountAsync(TestUser user) =>
        (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();

    private static async Task<JsonElement> ChangeAsync(TestUser user, Guid link, string body)
    {
        var answer = await user.Http.PutAsync($"/api/v1/copy-trading/links/{link}", Body(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static async Task<JsonElement> GetAsync(TestUser user, string path) => await (await user.Http.GetAsync("/api/v1" + path)).JsonAsync();

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");
}
