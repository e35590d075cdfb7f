using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Grains;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Strategies;

[Collection(OnApiHost.Name)]
public class BacktestTests(ApiHost host)
{
    [Fact]
    public async Task A_saved_strategy_is_backtested_watched_and_gives_the_same_result_twice()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        var strategy = (await (await user.Http.PostAsJsonAsync("/api/v1/strategies", new { name = "Cross", script = Scripts.Cross })).JsonAsync()).GetProperty("id").GetGuid();
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        var first = await SubmitAsync(user, Scripts.Request(strategyId: strategy, inputs: new { fast = 4 }));
        await hub.CallAsync("SubscribeBacktest", first.ToString());
        (await EndAsync(hub, first)).ShouldBe((first, "completed"));
        var status = await (await user.Http.GetAsync($"/api/v1/backtests/{first}")).JsonAsync();
        (status.GetProperty("status").GetString(), status.GetProperty("progress").GetDouble()).ShouldBe(("completed", 1));
        var text = await user.Http.GetStringAsync($"/api/v1/backtests/{first}/result");
        var result = JsonSerializer.Deserialize<JsonElement>(text);
        result.GetProperty("bars").GetProperty("count").GetInt32().ShouldBe(1000);
        result.GetProperty("equity").GetArrayLength().ShouldBe(1000);
        result.GetProperty("trades").GetArrayLength().ShouldBeGreaterThan(10);
        result.GetProperty("summary").GetProperty("initialCapital").GetDouble().ShouldBe(10_000);

        var second = await SubmitAsync(user, Scripts.Request(strategyId: strategy, inputs: new { fast = 4 }));
        await hub.CallAsync("SubscribeBacktest", second.ToString());
        (await EndAsync(hub, second)).ShouldBe((second, "completed"));
        (await user.Http.GetStringAsync($"/api/v1/backtests/{second}/result")).ShouldBe(text);
        (await (await user.Http.GetAsync("/api/v1/backtests")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(2);

        var thief = await host.RegisterAsync();
        await (await thief.Http.GetAsync($"/api/v1/backtests/{first}")).ProblemAsync(404, "NOT_FOUND");
        await (await thief.Http.GetAsync($"/api/v1/backtests/{first}/result")).ProblemAsync(404, "NOT_FOUND");
        await using var other = await HubClient.ConnectAsync(host.Http.BaseAddress!, thief.Token);
        (await Should.ThrowAsync<HubException>(() => other.CallAsync("SubscribeBacktest", first.ToString()))).Message.ShouldContain("NOT_FOUND");
    }

    [Fact]
    public async Task What_loops_for_ever_ends_with_its_reason_while_others_finish()
    {
        await Scripts.BarsAsync(host);
        var (greedy, modest) = (await host.RegisterAsync(), await host.RegisterAsync());
        await using var greedyHub = await HubClient.ConnectAsync(host.Http.BaseAddress!, greedy.Token);
        await using var modestHub = await HubClient.ConnectAsync(host.Http.BaseAddress!, modest.Token);
        var endless = await SubmitAsync(greedy, Scripts.Request(Scripts.Endless));
        await greedyHub.CallAsync("SubscribeBacktest", endless.ToString());
        var quick = await SubmitAsync(modest, Scripts.Request(Scripts.Cross));
        await modestHub.CallAsync("SubscribeBacktest", quick.ToString());
        (await EndAsync(modestHub, quick)).ShouldBe((quick, "completed"));
        (await EndAsync(greedyHub, endless)).ShouldBe((endless, "failed"));
        (await (await greedy.Http.GetAsync($"/api/v1/backtests/{endless}")).JsonAsync()).GetProperty("error").GetString()!.ShouldContain("loop takes too long");
        await (await greedy.Http.GetAsync($"/api/v1/backtests/{endless}/result")).ProblemAsync(409, "BACKTEST_FAILED");
    }

    [Fact]
    public async Task A_running_one_is_cancelled()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        var id = await SubmitAsync(user, Scripts.Request(Scripts.Endless));
        await hub.CallAsync("SubscribeBacktest", id.ToString());
        while ((await hub.NextAsync("BacktestProgress")).GetProperty("status").GetString() != "running")
        {
        }

        await (await user.Http.GetAsync($"/api/v1/backtests/{id}/result")).ProblemAsync(409, "BACKTEST_NOT_FINISHED");
        (await user.Http.DeleteAsync($"/api/v1/backtests/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await EndAsync(hub, id)).ShouldBe((id, "cancelled"));
        (await user.Http.DeleteAsync($"/api/v1/backtests/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await user.Http.GetAsync($"/api/v1/backtests/{id}/result")).ProblemAsync(409, "BACKTEST_CANCELLED");
    }

    [Fact]
    public async Task One_that_a_process_left_behind_runs_again_after_the_start()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        // What a killed process leaves: a row that says running, and nobody who runs it.
        var id = Guid.CreateVersion7();
        var store = host.Services.GetRequiredService<IBacktestStore>();
        var request = new Contracts.BacktestRequest(user.Id, null, null, Scripts.Cross, "GBPUSD", "H1", Scripts.From, Scripts.From.AddDays(60), null, null, null, null);
        await store.CreateAsync(new() { Id = id, UserId = user.Id, Request = JsonSerializer.Serialize(request, Domain.DomainJson.Options), CreatedAt = DateTimeOffset.UtcNow });
        (await store.StartAsync(id, DateTimeOffset.UtcNow)).ShouldBeTrue();

        await using var started = await host.StartAnotherAsync([]);
        await using var hub = await HubClient.ConnectAsync(new(started.Urls.First()), user.Token);
        await hub.CallAsync("SubscribeBacktest", id.ToString());
        (await EndAsync(hub, id)).ShouldBe((id, "completed"));
        (await user.Http.GetAsync($"/api/v1/backtests/{id}/result")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Too_little_history_and_bad_inputs_say_what_is_wrong()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        foreach (var (request, reason) in new[]
        {
            (Scripts.Request(Scripts.Cross, timeframe: "M15"), "Too little history: 0 M15 bars of GBPUSD"),
            (Scripts.Request(Scripts.Cross, inputs: new { fsat = 3 }), "no input 'fsat'"),
            (Scripts.Request(Scripts.Cross, inputs: new { fast = "many" }), "must be a number"),
        })
        {
            var id = await SubmitAsync(user, request);
            await hub.CallAsync("SubscribeBacktest", id.ToString());
            (await EndAsync(hub, id)).ShouldBe((id, "failed"));
            (await (await user.Http.GetAsync($"/api/v1/backtests/{id}")).JsonAsync()).GetProperty("error").GetString()!.ShouldContain(reason);
        }
    }

    [Fact]
    public async Task What_cannot_run_is_refused_at_once()
    {
        var user = await host.RegisterAsync();
        await (await PostAsync(Scripts.Request(Scripts.Broken))).ProblemAsync(422, "SCRIPT_INVALID");
        await (await PostAsync(Scripts.Request("//@version=6\nindicator(\"x\")\nplot(close)"))).ProblemAsync(422, "NOT_A_STRATEGY");
        await (await PostAsync(Scripts.Request(strategyId: Guid.NewGuid()))).ProblemAsync(404, "NOT_FOUND");
        await (await PostAsync(new { script = Scripts.Cross, symbol = "NOSUCH", timeframe = "H1", from = Scripts.From, to = Scripts.From.AddDays(1) })).ProblemAsync(422, "UNKNOWN_SYMBOL");
        foreach (var (request, field) in new (object, string)[]
        {
            (new { }, "from"),
            (Scripts.Request(Scripts.Cross, timeframe: "60"), "timeframe"),
            (Scripts.Request(Scripts.Cross, from: Scripts.From.AddYears(1)), "to"),
            (Scripts.Request(Scripts.Cross, inputs: new { fast = new[] { 1 } }), "inputs.fast"),
            (Scripts.Request(Scripts.Cross, strategyId: Guid.NewGuid()), "script"),
        })
            (await (await PostAsync(request)).ProblemAsync(400, "VALIDATION_FAILED")).GetProperty("field").GetString().ShouldBe(field);

        Task<HttpResponseMessage> PostAsync(object request) => user.Http.PostAsJsonAsync("/api/v1/backtests", request);
    }

    [Fact]
    public async Task Nobody_may_have_more_than_so_many_unfinished()
    {
        await Scripts.BarsAsync(host);
        var user = await host.RegisterAsync();
        var limit = host.Services.GetRequiredService<BacktestSettings>().UnfinishedPerUserMax;
        var ids = new List<Guid>();
        HttpResponseMessage answer;
        while ((answer = await user.Http.PostAsJsonAsync("/api/v1/backtests", Scripts.Request(Scripts.Endless))).IsSuccessStatusCode)
        {
            ids.Add((await answer.JsonAsync()).GetProperty("id").GetGuid());
            ids.Count.ShouldBeLessThan(limit * 3);
        }

        await answer.ProblemAsync(429, "TOO_MANY_BACKTESTS");
        ids.Count.ShouldBeGreaterThanOrEqualTo(limit);
        foreach (var id in ids)
        {
            (await user.Http.DeleteAsync($"/api/v1/backtests/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
    }

    private static async Task<Guid> SubmitAsync(TestUser user, object request)
    {
        var answer = await user.Http.PostAsJsonAsync("/api/v1/backtests", request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).GetProperty("id").GetGuid();
    }

    /// <summary>How it ended. Subscribing tells the state of that moment too, so an end may be told twice; that of another backtest is passed over.</summary>
    private static async Task<(Guid Id, string Status)> EndAsync(HubClient hub, Guid id)
    {
        while (true)
        {
            var progress = await hub.NextAsync("BacktestProgress");
            if (progress.GetProperty("status").GetString() is { } status and not ("queued" or "running")
                && progress.GetProperty("id").GetGuid() == id)
            {
                return (id, status);
            }
        }
    }
}
