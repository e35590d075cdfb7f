using System.Reflection;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using ActorTrading.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/system/status</c> and <c>/health</c>.</summary>
internal static class SystemEndpoints
{
    public static void MapSystem(this IEndpointRouteBuilder api) =>
        api.MapGet("/system/status", StatusAsync).WithTags("system").RequireAuthorization().Produces<SystemStatusView>();

    /// <summary>At the root: <c>live</c> while the process answers, <c>ready</c> while PostgreSQL and the grains do.</summary>
    public static void MapHealth(this IEndpointRouteBuilder root)
    {
        root.MapHealthChecks("/health/live", new() { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        root.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static async Task<SystemStatusView> StatusAsync(HealthCheckService health, SessionRegistry sessions, QuoteFanout fanout, ProcessMarket market, TimeProvider clock, CancellationToken cancel)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains("ready"), cancel);
        var symbols = market.Instruments.Select(i => new SymbolStatus(i.Symbol, market.LastQuote(i.Symbol)?.Time)).ToArray();
        return new(Name(report.Status), clock.GetUtcNow(), typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            report.Entries.ToDictionary(e => e.Key, e => Name(e.Value.Status)), sessions.Count, fanout.Log.Head, fanout.Delivered, fanout.Gaps, symbols);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "down",
    };

    /// <summary>What is up and what is not; why it is not is in the log, not in an answer to anybody.</summary>
    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new { status = Name(report.Status), checks = report.Entries.ToDictionary(e => e.Key, e => Name(e.Value.Status)) }, ApiJson.Options, context.RequestAborted);
}

/// <param name="Clients">Live connections to this process.</param>
/// <param name="QuotesSeen">Quotes that this process has seen since it started.</param>
/// <param name="QuotesDelivered">The same, counted once for each client.</param>
/// <param name="QuoteGaps">How often a client that wants every quote was too slow to get it.</param>
internal sealed record SystemStatusView(string Status, DateTimeOffset Time, string Version, IReadOnlyDictionary<string, string> Checks, int Clients, long QuotesSeen,
    long QuotesDelivered, long QuoteGaps, IReadOnlyList<SymbolStatus> Symbols);

internal sealed record SymbolStatus(string Symbol, DateTimeOffset? LastQuote);

/// <summary>The grains answer.</summary>
internal sealed class GrainHealthCheck(IGrainFactory grains, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A symbol that nobody trades keeps nothing and disturbs nothing.
            await grains.GetGrain<ISymbolGrain>("HEALTH").GetQuoteAsync().WaitAsync(Patience, clock, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The grains do not answer.", e);
        }
    }
}
