using System.Net.Http.Json;
using System.Text.Json;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Grains;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Embedded;

namespace ActorTrading.Api.Tests.Support;

/// <summary>The API on a loopback port, on real PostgreSQL and the embedded grain host, with three symbols.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    public static readonly Instrument[] Instruments =
    [
        new() { Symbol = "EURUSD", BaseCurrency = "EUR", QuoteCurrency = "USD" },
        new() { Symbol = "GBPUSD", BaseCurrency = "GBP", QuoteCurrency = "USD" },
        new() { Symbol = "USDJPY", BaseCurrency = "USD", QuoteCurrency = "JPY", Digits = 3 },
    ];

    private TemporaryPostgres _postgres = null!;
    private int _users;

    public WebApplication App { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => App.Services;

    public async Task InitializeAsync()
    {
        _postgres = await TemporaryPostgres.StartAsync();
        var connection = await _postgres.CreateDatabaseAsync();
        await Migrator.RunAsync(new PostgresOptions { ConnectionString = connection });
        App = await StartAsync(connection, []);
        Http = ClientOf(App);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    /// <summary>Another process on the same database, with settings of its own.</summary>
    public Task<WebApplication> StartAnotherAsync(Dictionary<string, string?> settings) => StartAsync(Services.GetRequiredService<PostgresOptions>().ConnectionString, settings);

    public static HttpClient ClientOf(WebApplication app) => new() { BaseAddress = new(app.Urls.First()) };

    private static async Task<WebApplication> StartAsync(string connection, Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Auth:PasswordIterations"] = "1000",
            ["Auth:Keys:0:Kid"] = "test",
            ["Auth:Keys:0:Secret"] = Convert.ToBase64String(new byte[32]),
            ["Limits:Requests:Burst"] = "0",
            ["Limits:SignIn:Burst"] = "0",
            ["Fanout:GatherMin"] = "00:00:00.001",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var services = builder.Services;
        services.AddSingleton(KeyRing.Parse("1:" + Convert.ToBase64String(new byte[32])));
        services.AddActorTradingPostgres(connection);
        services.AddActorTradingApi(builder.Configuration);
        services.AddEmbeddedOrleans(o => o.AddGrainAssemblies(typeof(IAccountGrain).Assembly, typeof(AccountGrain).Assembly));
        services.AddSingleton(BacktestSettings.Default with { UnfinishedPerUserMax = 8, BarTimeMax = TimeSpan.FromSeconds(2) });
        services.AddActorTradingGrains(Instruments);
        var app = builder.Build();
        app.MapActorTradingApi();
        await app.StartAsync();
        // Until then the process does not hear every quote.
        await app.Services.GetServices<IHostedService>().OfType<WakeService>().Single().Awake;
        return app;
    }

    /// <summary>Sends a quote through the symbol's grain; completes when this process's market has it.</summary>
    public async Task QuoteAsync(string symbol, decimal bid, decimal ask)
    {
        var market = Services.GetRequiredService<ProcessMarket>();
        var quote = new Quote(symbol, bid, ask, NextTime());
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (market.Listen(batch =>
        {
            if (batch.Quotes.Contains(quote))
                seen.TrySetResult();
        }))
        {
            await Services.GetRequiredService<IGrainFactory>().GetGrain<ISymbolGrain>(symbol).PublishAsync(new(symbol, "test", [quote], 0, 0));
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Later than the last, to the millisecond, as a feed's quotes are.</summary>
    private DateTimeOffset NextTime()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return _lastQuoteAt = now > _lastQuoteAt ? now : _lastQuoteAt.AddMilliseconds(1);
    }

    private DateTimeOffset _lastQuoteAt;

    /// <summary>A new user, with a client that carries her token.</summary>
    public async Task<TestUser> RegisterAsync(HttpClient? on = null)
    {
        var name = $"user{Interlocked.Increment(ref _users)}x{Guid.NewGuid():N}"[..20];
        var answer = await (on ?? Http).PostAsJsonAsync("/api/v1/auth/register", new { username = name, email = $"{name}@example.com", password = TestUser.Password });
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var session = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var token = session.GetProperty("accessToken").GetString()!;
        var client = new HttpClient { BaseAddress = (on ?? Http).BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new(session.GetProperty("user").GetProperty("id").GetGuid(), name, token, session.GetProperty("refreshToken").GetString()!, client);
    }
}

public sealed record TestUser(Guid Id, string Name, string Token, string RefreshToken, HttpClient Http)
{
    public const string Password = "correct horse battery";
}

[CollectionDefinition(Name)]
public sealed class OnApiHost : ICollectionFixture<ApiHost>
{
    public const string Name = "one API host";
}

public static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Asserts that the answer is a problem document and answers its code.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        text.ShouldNotContain("   at ");
        text.ShouldNotContain("Exception");
        var json = JsonSerializer.Deserialize<JsonElement>(text);
        json.GetProperty("code").GetString().ShouldBe(code, text);
        json.GetProperty("status").GetInt32().ShouldBe(status);
        json.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        json.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        return json;
    }
}
