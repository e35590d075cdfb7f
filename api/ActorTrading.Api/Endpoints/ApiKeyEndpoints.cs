using System.ComponentModel.DataAnnotations;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/auth/api-keys</c>: keys for programs. Only a person's own session may touch them.</summary>
internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/auth/api-keys").WithTags("auth").RequireAuthorization(AuthScopes.Security);
        keys.MapGet("", async (HttpContext context, ApiKeys store, TimeProvider clock, CancellationToken cancel) =>
            ListOf.Whole<ApiKeyView>([.. (await store.ListAsync(context.UserId(), cancel)).Select(k => ApiKeyView.Of(k, null))]));
        keys.MapPost("", CreateAsync).Produces<ApiKeyView>(201);
        keys.MapDelete("/{id}", (string id, HttpContext context, ApiKeys store, CancellationToken cancel) => RevokeAsync(Requests.PathId(id, "API key"), context, store, cancel)).Produces(204);
        keys.MapDelete("", (HttpContext context, ApiKeys store, CancellationToken cancel) => RevokeAsync(context.RequiredQueryId("id"), context, store, cancel)).Produces(204);
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext context, ApiKeys store, CancellationToken cancel)
    {
        await store.RevokeAsync(context.UserId(), id, cancel);
        return Results.NoContent();
    }

    private static async Task<IResult> CreateAsync(CreateApiKey request, HttpContext context, ApiKeys store, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        var name = check.Text(request.Name, "name", 100);
        var scopes = request.Scopes ?? [AuthScopes.Read];
        check.That(scopes.Length > 0 && scopes.All(s => AuthScopes.Grantable.Contains(s)), "scopes", $"must be some of {string.Join(", ", AuthScopes.Grantable)}.");
        check.That(!(request.ExpiresAt <= clock.GetUtcNow()), "expiresAt", "must lie ahead.");
        check.Throw();
        var (key, secret) = await store.CreateAsync(context.UserId(), name, [.. scopes.Distinct()], request.ExpiresAt, cancel);
        return Results.Json(ApiKeyView.Of(key, secret), statusCode: 201);
    }
}

internal sealed record CreateApiKey([Required] string? Name, string[]? Scopes, DateTimeOffset? ExpiresAt);

/// <param name="Key">The key itself: in the answer to its creation and never again.</param>
internal sealed record ApiKeyView(Guid Id, string Name, string Prefix, string[] Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, string? Key)
{
    public static ApiKeyView Of(StoredApiKey key, string? secret) => new(key.Id, key.Name, key.Prefix, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, secret);
}
