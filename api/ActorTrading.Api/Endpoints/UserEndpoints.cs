using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/users/me</c>: the user and what is hers.</summary>
internal static class UserEndpoints
{
    private const int PreferencesLengthMax = 16 * 1024;

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var me = api.MapGroup("/users/me").WithTags("users").RequireAuthorization();
        me.MapGet("", async (HttpContext context, IUserStore users, CancellationToken cancel) =>
            ProfileView.Of(await users.FindAsync(context.UserId(), cancel) ?? throw ApiException.NotFound("user", context.UserId())));
        me.MapPatch("", ChangeAsync).RequireAuthorization(AuthScopes.Trade).Produces<ProfileView>();
        me.MapGet("/alerts", AlertEndpoints.ListAsync);
        me.MapGet("/strategies", StrategyEndpoints.ListAsync);
        me.MapGet("/backtests", BacktestEndpoints.ListAsync);
        me.MapGet("/copying", CopyEndpoints.ListAsync);
        me.MapGet("/notifications", NotificationsAsync);
        me.MapPost("/notifications/read", ReadAsync).RequireAuthorization(AuthScopes.Trade).Produces(204);
    }

    private static async Task<ProfileView> ChangeAsync(ChangeUser request, HttpContext context, IUserStore users, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        check.OptionalText(request.Name.Value, "name", 100);
        var preferences = request.Preferences.Value is { } given ? given.GetRawText() : request.Preferences.IsGiven ? "{}" : null;
        if (request.Preferences.Value is { } kept)
        {
            check.That(kept.ValueKind == JsonValueKind.Object, "preferences", "must be an object.");
            check.Json(kept, "preferences");
        }
        check.That(!(preferences?.Length > PreferencesLengthMax), "preferences", $"must have at most {PreferencesLengthMax} characters.");
        check.Throw();
        var user = await users.UpdateProfileAsync(context.UserId(), new(request.Name.IsGiven, request.Name.Value, preferences), clock.GetUtcNow(), cancel);
        return ProfileView.Of(user ?? throw ApiException.NotFound("user", context.UserId()));
    }

    /// <summary>Newest first; with <c>after</c>, what has come since that sequence, oldest first.</summary>
    private static async Task<ListOf<NotificationView>> NotificationsAsync(HttpContext context, INotificationStore store, CancellationToken cancel)
    {
        var limit = context.Limit();
        var cursor = context.QueryNumber("cursor");
        var rows = context.QueryNumber("after") is { } after
            ? await store.AfterAsync(context.UserId(), Math.Max(after, cursor ?? 0), limit, cancel)
            : await store.BeforeAsync(context.UserId(), cursor ?? long.MaxValue, limit, cancel);
        return new([.. rows.Select(NotificationView.Of)], rows.Count == limit ? rows[^1].Seq.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    private static async Task<IResult> ReadAsync(ReadNotifications request, HttpContext context, INotificationStore store, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        var upTo = check.Required(request.UpToSeq, "upToSeq");
        check.Throw();
        await store.MarkReadAsync(context.UserId(), upTo, clock.GetUtcNow(), cancel);
        return Results.NoContent();
    }
}

internal sealed record ChangeUser(Given<string?> Name, Given<JsonElement?> Preferences);

internal sealed record ReadNotifications([Required] long? UpToSeq);

internal sealed record ProfileView(Guid Id, string Username, string Email, string? Name, bool MfaEnabled, JsonElement Preferences, DateTimeOffset CreatedAt)
{
    public static ProfileView Of(StoredUser u) => new(u.Id, u.Username, u.Email, u.Name, u.MfaEnabled, JsonSerializer.Deserialize<JsonElement>(u.Preferences), u.CreatedAt);
}

internal sealed record NotificationView(long Seq, string Kind, JsonElement Payload, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt)
{
    public static NotificationView Of(StoredNotification n) => new(n.Seq, n.Kind, JsonSerializer.Deserialize<JsonElement>(n.Json), n.CreatedAt, n.ReadAt);
}
