using System.Net;
using System.Net.Http.Json;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Strategies;

[Collection(OnApiHost.Name)]
public class StrategyRunTests(ApiHost host)
{
    [Fact]
    public async Task A_run_is_started_listed_and_stopped()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        var account = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
        var strategy = (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).Headers.Location!.ToString();
        var request = new { accountId = account, symbol = "GBPUSD", timeframe = "H1", initialCapital = 10_000 };
        var started = await user.Http.PostAsJsonAsync(strategy + "/runs", request);
        started.StatusCode.ShouldBe(HttpStatusCode.Created, await started.Content.ReadAsStringAsync());
        var run = started.Headers.Location!.ToString();
        (await (await user.Http.GetAsync(strategy + "/runs")).JsonAsync()).GetProperty("items")[0].GetProperty("status").GetString().ShouldBe("running");
        await (await user.Http.DeleteAsync(strategy)).ProblemAsync(409, "STRATEGY_IN_USE");

        var other = await host.RegisterAsync();
        await (await other.Http.GetAsync(run)).ProblemAsync(404, "NOT_FOUND");
        await (await other.Http.DeleteAsync(run)).ProblemAsync(404, "NOT_FOUND");
        var theirs = (await other.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).Headers.Location!.ToString();
        await (await other.Http.PostAsJsonAsync(theirs + "/runs", request)).ProblemAsync(404, "NOT_FOUND");

        (await (await user.Http.DeleteAsync(run + "?close=true")).JsonAsync()).GetProperty("status").GetString().ShouldBe("stopped");
        (await user.Http.DeleteAsync(strategy)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }
}
