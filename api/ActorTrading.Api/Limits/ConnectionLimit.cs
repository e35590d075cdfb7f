using System.Security.Claims;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Realtime;
using ActorTrading.Api.Realtime.Sessions;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Limits;

/// <summary>Answers 429 where a user asks for one live connection too many, while an HTTP answer can still be given.</summary>
public sealed class ConnectionLimit(RequestDelegate next, SessionRegistry sessions)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (Opens(context) && Guid.TryParse(context.User.FindFirstValue(ClaimTypes.NameIdentifier), out var user) && sessions.IsFull(user))
            throw TooMany();
        return next(context);
    }

    public static ApiException TooMany() =>
        new(429, ProblemCodes.TooManyConnections, "This user has as many live connections open as are allowed: close one first.") { RetryAfter = TimeSpan.FromSeconds(5) };

    // A long poll of a connection that is open already opens none.
    private static bool Opens(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
            ? context.Request.Path.StartsWithSegments(RealtimeServices.HubPath) || context.Request.Path.StartsWithSegments(RealtimeServices.SocketPath)
            : context.Request.Path.StartsWithSegments(RealtimeServices.HubPath + "/negotiate");
}
