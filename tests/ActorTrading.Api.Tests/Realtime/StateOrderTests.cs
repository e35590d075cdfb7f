using System.Net.Http.Json;
using System.Text.Json;
using ActorTrading.Api.Realtime;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Grains;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Realtime;

/// <summary>Pushes from grains may overtake one another; what a screen shows in the end is how things stand.</summary>
[Collection(OnApiHost.Name)]
public class StateOrderTests(ApiHost host)
{
    [Fact]
    public async Task A_state_of_an_account_that_comes_late_is_not_shown()
    {
        var user = await host.RegisterAsync();
        var account = (await (await user.Http.PostAsJsonAsync("/api/v1/accounts", new { kind = "paper", name = "Paper" })).JsonAsync()).GetProperty("id").GetGuid();
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeAccount", account);
        var before = await hub.NextAsync("AccountStatus");
        (await hub.NextAsync("ConnectionStatus")).GetProperty("status").GetString().ShouldBe("connected");

        // "connecting" was sent before "connected", and comes after it.
        var events = (GrainEvents)host.Services.GetRequiredService<IUserEventSource>();
        await events.OnMessageAsync(UserMessages.Connection(user.Id, account, "connecting"));
        await events.OnMessageAsync(UserMessages.Status(user.Id, JsonSerializer.Deserialize<AccountStatus>(before.GetRawText(), DomainJson.Options)! with { Status = "connecting", Balance = -1m }));
        var after = await hub.NextAsync("AccountStatus");
        (after.GetProperty("status").GetString(), after.GetProperty("balance").GetDecimal()).ShouldBe(("connected", before.GetProperty("balance").GetDecimal()));
        hub.HasMore("ConnectionStatus").ShouldBeFalse();
    }

    [Fact]
    public async Task How_far_a_backtest_was_is_not_shown_after_its_end()
    {
        var user = await host.RegisterAsync();
        var id = Guid.CreateVersion7();
        await host.Services.GetRequiredService<IBacktestStore>().CreateAsync(new StoredBacktest { Id = id, UserId = user.Id, Request = "{}", Status = "cancelled", CreatedAt = TimeProvider.System.GetUtcNow() });
        await using var hub = await HubClient.ConnectAsync(host.Http.BaseAddress!, user.Token);
        await hub.CallAsync("SubscribeBacktest", id);
        while (hub.HasMore("BacktestProgress"))
            await hub.NextAsync("BacktestProgress");

        var events = (GrainEvents)host.Services.GetRequiredService<IUserEventSource>();
        foreach (var version in (long[])[3, 1, 5, 4, 5, 9])
            await events.OnMessageAsync(new UserMessage(user.Id, "BacktestProgress", id, null, $$"""{"version":{{version}}}""", version));
        var shown = new List<long>();
        do
            shown.Add((await hub.NextAsync("BacktestProgress")).TryGetProperty("version", out var version) ? version.GetInt64() : 0);
        while (shown[^1] != 9);
        shown.Where(version => version > 0).ShouldBe([3, 5, 5, 9]);
    }
}
