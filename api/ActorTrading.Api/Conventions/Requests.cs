using System.Security.Claims;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Http;

namespace ActorTrading.Api.Conventions;

/// <summary>What endpoints read from a request besides its body.</summary>
public static class Requests
{
    public static Guid UserId(this HttpContext context) => Guid.Parse(context.User.FindFirstValue(ClaimTypes.NameIdentifier)!);

    /// <summary><c>limit</c> (1–500, default 50) and <c>cursor</c>.</summary>
    public static PageRequest Page(this HttpContext context) => new(context.Limit(), context.Request.Query["cursor"] is [{ Length: > 0 } cursor, ..] ? cursor : null);

    public static int Limit(this HttpContext context, int most = PageRequest.LimitMax) =>
        context.Query("limit") is not { } text ? Math.Min(50, most)
        : int.TryParse(text, out var limit) && limit >= 1 && limit <= most ? limit
        : throw ApiException.BadField("limit", $"must be 1 to {most}, was '{Short(text)}'.");

    public static string? Query(this HttpContext context, string name) => context.Request.Query[name] is not [{ Length: > 0 } text, ..] ? null
        : text.Contains('\0') ? throw ApiException.BadField(name, TextConverter.NoNul) : text;

    public static bool? QueryFlag(this HttpContext context, string name) => context.Query(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw ApiException.BadField(name, $"must be true or false, was '{Short(text)}'."),
    };

    public static Guid? QueryId(this HttpContext context, string name) =>
        context.Query(name) is not { } text ? null
        : Guid.TryParse(text, out var id) ? id : throw ApiException.BadField(name, $"must be a UUID, was '{Short(text)}'.");

    public static Guid RequiredQueryId(this HttpContext context, string name) => context.QueryId(name) ?? throw ApiException.BadField(name, "is required.");

    public static DateTimeOffset? QueryTime(this HttpContext context, string name) =>
        context.Query(name) is not { } text ? null
        : ApiJson.TryTime(text, out var time) ? time : throw ApiException.BadField(name, $"must be an ISO 8601 time, was '{Short(text)}'.");

    public static long? QueryNumber(this HttpContext context, string name) =>
        context.Query(name) is not { } text ? null
        : long.TryParse(text, out var number) && number >= 0 ? number : throw ApiException.BadField(name, $"must be a whole number of at least 0, was '{Short(text)}'.");

    public static T? QueryEnum<T>(this HttpContext context, string name) where T : struct, Enum =>
        context.Query(name) is not { } text ? null
        : EnumNames<T>.TryParse(text, out var value) ? value : throw ApiException.BadField(name, $"must be one of {EnumNames<T>.All}; was '{Short(text)}'.");

    /// <summary>An id in a path: what is no UUID is nothing's id.</summary>
    public static Guid PathId(string text, string what) => Guid.TryParse(text, out var id) ? id : throw ApiException.NotFound(what, $"'{Short(text)}'");

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
