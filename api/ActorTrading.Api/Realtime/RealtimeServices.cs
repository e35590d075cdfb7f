using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime.Quotes;
using ActorTrading.Api.Realtime.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Realtime;

/// <summary>The live side: hub, plain WebSocket and fan-out.</summary>
public static class RealtimeServices
{
    public const string HubPath = "/hubs/trading";
    public const string SocketPath = "/ws/v1";

    /// <summary>A client's call, bytes.</summary>
    private const int CallBytesMax = 64 * 1024;

    public static IServiceCollection AddTradingRealtime(this IServiceCollection services, FanoutOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<RealtimeMetrics>();
        services.AddSingleton<QuoteFanout>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<LiveCalls>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<PlainSocket>();
        services.AddSingleton<HubSessions>();
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = CallBytesMax;
            hub.KeepAliveInterval = TimeSpan.FromSeconds(15);
            hub.ClientTimeoutInterval = TimeSpan.FromSeconds(45);
            hub.MaximumParallelInvocationsPerClient = 1;
        });
        services.AddSingleton<HubLifetimeManager<TradingHub>>(provider => provider.GetRequiredService<HubSessions>());
        // The last protocol of a name wins.
        services.AddSingleton<JsonHubProtocol>();
        services.AddSingleton<IHubProtocol, OptionalArgumentsProtocol>();
        return services;
    }

    /// <returns>The two endpoints, to set who may use them.</returns>
    public static IReadOnlyList<IEndpointConventionBuilder> MapTradingRealtime(this IEndpointRouteBuilder app) =>
    [
        app.MapHub<TradingHub>(HubPath, connection =>
        {
            connection.Transports = HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling;
            connection.CloseOnAuthenticationExpiration = true;
            connection.ApplicationMaxBufferSize = CallBytesMax;
            // A write ends when the transport has taken it over, so that a busy connection is known to be busy.
            connection.TransportMaxBufferSize = 1;
        }),
        app.MapGet(SocketPath, (HttpContext context, PlainSocket socket) => socket.ServeAsync(context)).ExcludeFromDescription(),
    ];
}
