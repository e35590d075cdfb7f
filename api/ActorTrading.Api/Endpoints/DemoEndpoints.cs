using ActorTrading.Api.Auth;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorTrading.Api.Endpoints;

/// <summary>Section <c>Demo</c> of the configuration.</summary>
public sealed class DemoOptions
{
    /// <summary>Lets anybody who reaches this address look on as the demo user. Never in an installation with real accounts.</summary>
    public bool Enabled { get; set; }

    /// <summary>The user who owns what is to be seen.</summary>
    public Guid? UserId { get; set; }
}

/// <summary><c>GET /demo/session</c>: a token to look on with.</summary>
internal static class DemoEndpoints
{
    public static void MapDemo(this IEndpointRouteBuilder root)
    {
        // The options are read at each request: the demo user may be made after the web server has started.
        root.MapGet("/demo/session", async (DemoOptions options, IUserStore users, AccessTokens tokens, CancellationToken cancel) =>
        {
            if (!options.Enabled || options.UserId is not { } id || await users.FindAsync(id, cancel) is not { } user)
                throw new ApiException(404, ProblemCodes.NotFound, "There is no demo here.");
            return new DemoSession(UserView.Of(user), tokens.Issue(user.Id, user.Username, user.SecurityVersion, [AuthScopes.Read]), (int)tokens.Lifetime.TotalSeconds);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    /// <param name="AccessToken">May read and nothing else.</param>
    private sealed record DemoSession(UserView User, string AccessToken, int ExpiresIn);
}
