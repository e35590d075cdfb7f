using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Endpoints;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api;

/// <summary>The API as a part of a host, which brings the database, the grains and a started <see cref="ProcessMarket"/>.</summary>
public static class ActorTradingApi
{
    public static IServiceCollection AddActorTradingApi(this IServiceCollection services, IConfiguration configuration)
    {
        var options = ApiOptions.From(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMarketView, ProcessMarketView>();
        services.AddSingleton(options);
        services.AddSingleton(options.Limits);
        services.AddSingleton<FailedKeys>();
        services.AddSingleton(options.Demo);
        services.AddSingleton(options.Webhooks);
        services.AddTradingAuth(options.Auth);
        services.AddTradingRealtime(options.Fanout);
        services.AddSingleton<IAccountFeed, TradeUpdates>();
        services.AddSingleton<IUserEventSource, GrainEvents>();
        services.AddHostedService<RealtimeStarter>();
        services.AddHostedService<AccountStatuses>();
        services.AddHostedService<Housekeeping>();
        // It writes each request's query into the log, and a socket's query holds its token.
        services.Configure<LoggerFilterOptions>(log => log.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        services.AddSingleton<Ownership>();
        services.AddSingleton<AccountClosing>();
        services.AddSingleton<GrainCalls>();
        services.Configure<JsonOptions>(json => ApiJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.BodyBytesMax;
        });
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins([.. options.Cors.Origins]).AllowAnyHeader().AllowAnyMethod().AllowCredentials()
            .WithExposedHeaders("Location", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Idempotency-Replayed")));
        services.AddActorTradingHealth();
        services.AddTradingOpenApi();
        return services;
    }

    /// <summary>What a process that serves no clients answers too: whether it lives and is ready.</summary>
    public static IServiceCollection AddActorTradingHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<GrainHealthCheck>("grains", tags: ["ready"]);
        return services;
    }

    /// <summary><c>/health/live</c> and <c>/health/ready</c> alone, where there is no API.</summary>
    public static WebApplication MapActorTradingHealth(this WebApplication app)
    {
        app.MapHealth();
        return app;
    }

    public static WebApplication MapActorTradingApi(this WebApplication app)
    {
        app.Services.GetRequiredService<ApiOptions>().Proxy.Use(app);
        app.UseSecurityHeaders();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseWebPage();
        app.UseRouting();
        app.UseCors();
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.UseAuthentication();
        app.UseMiddleware<RateLimits>();
        app.UseMiddleware<ConnectionLimit>();
        app.UseAuthorization();
        app.UseMiddleware<Idempotency>();

        var api = app.MapGroup("/api/v1");
        api.MapAuth();
        api.MapApiKeys();
        api.MapUsers();
        api.MapWebhookSecrets();
        api.MapMarket();
        api.MapAccounts();
        api.MapPayments();
        api.MapOrders();
        api.MapPositions();
        api.MapTrades();
        api.MapAlerts();
        api.MapCopyTrading();
        api.MapStrategies();
        api.MapStrategyRuns();
        api.MapBacktests();
        api.MapSystem();
        app.MapHealth();
        app.MapDemo();
        app.MapTradingOpenApi();
        foreach (var live in app.MapTradingRealtime())
            live.RequireAuthorization();
        return app;
    }
}
