using System.Net;
using System.Net.Http.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

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

    [Fact]
    public async Task Runs_end_with_the_account_that_they_trade_in()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        var (closed, other) = (await AccountAsync(), await AccountAsync());
        var strategy = (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).Headers.Location!.ToString();
        foreach (var account in (Guid[])[closed, closed, other])
        {
            var started = await user.Http.PostAsJsonAsync(strategy + "/runs", new { accountId = account, symbol = "GBPUSD", timeframe = "H1", initialCapital = 10_000 });
            started.StatusCode.ShouldBe(HttpStatusCode.Created, await started.Content.ReadAsStringAsync());
        }
        (await user.Http.DeleteAsync($"/api/v1/accounts/{closed}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var runs = (await (await user.Http.GetAsync(strategy + "/runs")).JsonAsync()).GetProperty("items").EnumerateArray()
            .Select(r => (r.GetProperty("accountId").GetGuid(), r.GetProperty("status").GetString()));
        runs.ShouldBe([(closed, "stopped"), (closed, "stopped"), (other, "running")], ignoreOrder: true);
        (await user.Http.DeleteAsync($"/api/v1/accounts/{other}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        async Task<Guid> AccountAsync() =>
            (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
    }

    [Fact]
    public async Task A_netting_account_takes_one_run_a_symbol_and_says_so()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        var account = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Net", mode = "netting" })).JsonAsync()).GetProperty("id").GetGuid();
        var strategy = (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).Headers.Location!.ToString();
        var request = new { accountId = account, symbol = "GBPUSD", timeframe = "H1", initialCapital = 10_000 };
        var first = await user.Http.PostAsJsonAsync(strategy + "/runs", request);
        first.StatusCode.ShouldBe(HttpStatusCode.Created, await first.Content.ReadAsStringAsync());
        await (await user.Http.PostAsJsonAsync(strategy + "/runs", request)).ProblemAsync(409, "SYMBOL_IN_USE");
        (await user.Http.PostAsJsonAsync(strategy + "/runs", new { accountId = account, symbol = "EURUSD", timeframe = "H1", initialCapital = 10_000 })).StatusCode.ShouldBe(HttpStatusCode.Created);

        var run = first.Headers.Location!.ToString();
        (await (await user.Http.DeleteAsync(run)).JsonAsync()).GetProperty("status").GetString().ShouldBe("stopped");
        (await (await user.Http.DeleteAsync(run + "?close=true")).JsonAsync()).GetProperty("status").GetString().ShouldBe("stopped", "there was nothing to close");
        (await user.Http.PostAsJsonAsync(strategy + "/runs", request)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Runs_of_a_strategy_that_its_owner_has_withdrawn_are_listed_to_their_user_and_can_be_stopped()
    {
        await Scripts.BarsAsync(host);
        var (owner, user) = (await host.RegisterAsync(), await host.RegisterAsync());
        var account = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
        var strategy = (await owner.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Ours", script = Scripts.Cross, isPublic = true })).Headers.Location!.ToString();
        var started = await user.Http.PostAsJsonAsync(strategy + "/runs", new { accountId = account, symbol = "GBPUSD", timeframe = "H1", initialCapital = 10_000 });
        started.StatusCode.ShouldBe(HttpStatusCode.Created, await started.Content.ReadAsStringAsync());

        foreach (var withdraw in new Func<Task<HttpResponseMessage>>[] { () => owner.Http.PutAsJsonAsync(strategy, new { isPublic = false }), () => owner.Http.DeleteAsync(strategy) })
        {
            (await withdraw()).IsSuccessStatusCode.ShouldBeTrue();
            await (await user.Http.GetAsync(strategy)).ProblemAsync(404, "NOT_FOUND");
            var run = (await (await user.Http.GetAsync(strategy + "/runs")).JsonAsync()).GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
            (run.GetProperty("status").GetString(), $"{strategy}/runs/{run.GetProperty("id").GetString()}").ShouldBe(("running", started.Headers.Location!.ToString()));
            await (await host.Http.GetAsync(strategy + "/runs")).ProblemAsync(401, "UNAUTHENTICATED");
        }

        (await (await user.Http.DeleteAsync(started.Headers.Location)).JsonAsync()).GetProperty("status").GetString().ShouldBe("stopped");
        await (await (await host.RegisterAsync()).Http.GetAsync(strategy + "/runs")).ProblemAsync(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_user_has_so_many_runs_that_go_on_and_others_have_their_own()
    {
        await Scripts.BarsAsync(host);
        await using var app = await host.StartAnotherAsync(new() { ["Limits:RunsPerUser"] = "2" });
        using var http = ApiHost.ClientOf(app);
        var first = await StartAsync(await host.RegisterAsync(http));
        var user = first.User;
        var second = await StartAsync(user);
        second.Answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await StartAsync(user)).Answer.ProblemAsync(409, "TOO_MANY_RUNS");
        (await StartAsync(await host.RegisterAsync(http))).Answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await user.Http.DeleteAsync(second.Answer.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await StartAsync(user)).Answer.StatusCode.ShouldBe(HttpStatusCode.Created);

        static async Task<(TestUser User, HttpResponseMessage Answer)> StartAsync(TestUser user)
        {
            var account = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
            var strategy = (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).Headers.Location!.ToString();
            return (user, await user.Http.PostAsJsonAsync(strategy + "/runs", new { accountId = account, symbol = "GBPUSD", timeframe = "H1", initialCapital = 10_000 }));
        }
    }

    [Fact]
    public async Task To_close_what_a_run_left_is_refused_when_it_has_ended()
    {
        var user = await host.RegisterAsync();
        var account = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
        var strategy = (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).Headers.Location!.ToString();
        var store = host.Services.GetRequiredService<IStrategyRunStore>();
        var run = new StoredStrategyRun
        {
            Id = Guid.CreateVersion7(), UserId = user.Id, StrategyId = Guid.Parse(strategy.Split('/')[^1]), StrategyVersion = 1, AccountId = account, Symbol = "GBPUSD", Timeframe = "H1",
            State = $$"""{"orders": 1, "held": [{"positionId": "{{Guid.NewGuid()}}", "side": "buy", "volume": 0.1}], "seen": [{}]}""", CreatedAt = DateTimeOffset.UtcNow,
        };
        await store.CreateAsync(run);
        await store.StopAsync(run.Id, "failed", "why", DateTimeOffset.UtcNow);
        var shown = await (await user.Http.GetAsync($"{strategy}/runs/{run.Id}")).JsonAsync();
        shown.GetProperty("error").GetString().ShouldBe("why");
        shown.GetProperty("state").TryGetProperty("seen", out _).ShouldBeFalse("that is for itself");
        await (await user.Http.DeleteAsync($"{strategy}/runs/{run.Id}?close=true")).ProblemAsync(409, "RUN_ENDED");
        (await (await user.Http.DeleteAsync($"{strategy}/runs/{run.Id}")).JsonAsync()).GetProperty("status").GetString().ShouldBe("failed");
    }
}
