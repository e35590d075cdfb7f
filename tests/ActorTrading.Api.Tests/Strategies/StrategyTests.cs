using System.Net;
using System.Net.Http.Json;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Strategies;

[Collection(OnApiHost.Name)]
public class StrategyTests(ApiHost host)
{
    [Fact]
    public async Task A_script_is_checked_on_saving_and_its_problems_have_positions()
    {
        var user = await host.RegisterAsync();
        var check = await (await user.Http.PostAsJsonAsync("/api/v1/strategies/check", new { script = Scripts.Broken })).JsonAsync();
        check.GetProperty("ok").GetBoolean().ShouldBeFalse();
        var found = check.GetProperty("diagnostics")[0];
        (found.GetProperty("line").GetInt32(), found.GetProperty("column").GetInt32(), found.GetProperty("severity").GetString()).ShouldBe((3, 6, "error"));
        found.GetProperty("code").GetString()!.ShouldStartWith("PINE");
        found.GetProperty("message").GetString()!.ShouldContain("close");
        (await (await user.Http.PostAsJsonAsync("/api/v1/strategies/check", new { script = Scripts.Cross })).JsonAsync()).GetProperty("ok").GetBoolean().ShouldBeTrue();

        var refused = await (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Broken", script = Scripts.Broken })).ProblemAsync(422, "SCRIPT_INVALID");
        refused.GetProperty("diagnostics")[0].GetProperty("line").GetInt32().ShouldBe(3);
        refused.GetProperty("field").GetString().ShouldBe("script");
        (await (await user.Http.GetAsync("/api/v1/strategies")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Changing_a_script_makes_the_next_version_and_a_stale_change_is_refused()
    {
        var user = await host.RegisterAsync();
        var made = await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", description = "Two averages", script = Scripts.Cross });
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        var address = made.Headers.Location!.ToString();
        (await user.Http.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var renamed = await (await user.Http.PutAsJsonAsync(address, new { name = "Crossing" })).JsonAsync();
        (renamed.GetProperty("name").GetString(), renamed.GetProperty("version").GetInt32()).ShouldBe(("Crossing", 1));
        (await (await user.Http.PutAsJsonAsync(address, new { script = Scripts.Cross + "\n" })).JsonAsync()).GetProperty("version").GetInt32().ShouldBe(2);
        await (await user.Http.PutAsJsonAsync(address, new { script = Scripts.Cross, version = 1 })).ProblemAsync(409, "CONFLICT");
        await (await user.Http.PutAsJsonAsync(address, new { script = Scripts.Broken })).ProblemAsync(422, "SCRIPT_INVALID");

        (await (await user.Http.PutAsync(address + "/toggle", null)).JsonAsync()).GetProperty("enabled").GetBoolean().ShouldBeFalse();
        (await (await user.Http.PutAsJsonAsync(address + "/toggle", new { enabled = true })).JsonAsync()).GetProperty("enabled").GetBoolean().ShouldBeTrue();
        (await user.Http.DeleteAsync(address)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await user.Http.GetAsync(address)).ProblemAsync(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Others_see_what_is_public_and_nothing_else()
    {
        var (owner, other) = (await host.RegisterAsync(), await host.RegisterAsync());
        var hidden = (await owner.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Mine", script = Scripts.Cross })).Headers.Location!;
        var shown = (await owner.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Ours", script = Scripts.Cross, isPublic = true })).Headers.Location!;
        await (await other.Http.GetAsync(hidden)).ProblemAsync(404, "NOT_FOUND");
        await (await other.Http.PutAsJsonAsync(hidden, new { name = "Hers" })).ProblemAsync(404, "NOT_FOUND");
        await (await other.Http.DeleteAsync(shown)).ProblemAsync(404, "NOT_FOUND");
        await (await other.Http.PutAsJsonAsync(shown, new { name = "Hers" })).ProblemAsync(403, "FORBIDDEN");
        var read = await (await other.Http.GetAsync(shown)).JsonAsync();
        (read.GetProperty("isMine").GetBoolean(), read.GetProperty("script").GetString()).ShouldBe((false, Scripts.Cross));
        var listed = await (await other.Http.GetAsync("/api/v1/strategies?public=true&limit=500")).JsonAsync();
        listed.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("id").GetString()).ShouldContain(read.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "script")]
    [InlineData("""{"script":"//@version=6"}""", "name")]
    [InlineData("""{"name":"x","script":""}""", "script")]
    [InlineData("""{"name":"x","script":"a\u0000b"}""", "script")]
    public async Task Bad_requests_name_the_field(string body, string field)
    {
        var user = await host.RegisterAsync();
        var problem = await (await user.Http.PostAsync("/api/v1/strategies", new StringContent(body, null, "application/json"))).ProblemAsync(400, "VALIDATION_FAILED");
        problem.GetProperty("field").GetString().ShouldBe(field);
    }
}
