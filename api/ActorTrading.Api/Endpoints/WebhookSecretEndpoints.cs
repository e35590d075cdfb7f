using System.ComponentModel.DataAnnotations;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Contracts;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/users/me/webhook-secret</c>: what a receiver checks the signatures of alert webhooks with. Only a person's own session may see it.</summary>
internal static class WebhookSecretEndpoints
{
    public static void MapWebhookSecrets(this IEndpointRouteBuilder api)
    {
        var secret = api.MapGroup("/users/me/webhook-secret").WithTags("users").RequireAuthorization(AuthScopes.Security);
        secret.MapGet("", async (HttpContext context, IWebhookSecretStore store, WebhookSecrets secrets, CancellationToken cancel) =>
        {
            // It must stay in no cache on the way.
            context.Response.Headers.CacheControl = "no-store";
            return WebhookSecretView.Of(context.UserId(), await store.FindAsync(context.UserId(), cancel), secrets);
        });
        secret.MapPost("/rotate", RotateAsync).Produces<WebhookSecretView>();
    }

    /// <summary>Makes a new secret. <c>fromVersion</c> names the one it replaces, so that a request sent twice rotates once.</summary>
    private static async Task<WebhookSecretView> RotateAsync(RotateWebhookSecret request, HttpContext context, IWebhookSecretStore store, WebhookSecrets secrets, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        var from = check.Required(request.FromVersion, "fromVersion");
        check.That(from is >= 0 and < int.MaxValue, "fromVersion", $"must be 0 to {int.MaxValue - 1}, was {from}.");
        check.Throw();
        var rotated = await store.RotateAsync(context.UserId(), from, clock.GetUtcNow(), cancel)
            ?? throw new ApiException(409, ProblemCodes.Conflict, $"Version {from} is not the secret that counts: look at it again.");
        context.Response.Headers.CacheControl = "no-store";
        return WebhookSecretView.Of(context.UserId(), rotated, secrets);
    }
}

internal sealed record RotateWebhookSecret([Required] int? FromVersion);

/// <param name="Version">How often it has been changed.</param>
/// <param name="PreviousUntil">Until then calls are signed with the former secret too; null where it never was changed.</param>
internal sealed record WebhookSecretView(string Secret, int Version, DateTimeOffset? RotatedAt, DateTimeOffset? PreviousUntil)
{
    public static WebhookSecretView Of(Guid userId, WebhookSecretVersion version, WebhookSecrets secrets) =>
        new(secrets.For(userId, version.Version), version.Version, version.RotatedAt, version.RotatedAt + WebhookSecrets.Overlap);
}
