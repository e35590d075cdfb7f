using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace ActorTrading.Api.Conventions;

/// <summary>Turns whatever went wrong further in into one problem document; a stack trace goes to the log only.</summary>
public sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            if (e is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return;
            }
            // Headers stay: how much of the rate is left, and which pages may read the answer, hold for a refusal too.
            await Problems.WriteAsync(context, Translate(e, context));
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null or 0, ContentType: null }
            && !context.WebSockets.IsWebSocketRequest)
        {
            var status = context.Response.StatusCode;
            await Problems.WriteAsync(context, status, ProblemCodes.ForStatus(status), DetailOf(status, context));
        }
    }

    private ApiException Translate(Exception e, HttpContext context)
    {
        if ((FailureMap.Translate(e) ?? FromFramework(e, context.Request)) is { } known)
        {
            if (known.Status >= 500)
                log.LogWarning(e, "{Method} {Path} answered {Status} {Code}", context.Request.Method, context.Request.Path, known.Status, known.Code);
            return known;
        }
        log.LogError(e, "{Method} {Path} failed, trace {TraceId}", context.Request.Method, context.Request.Path, context.TraceIdentifier);
        return new(500, ProblemCodes.Internal, $"Something went wrong here. Quote trace {context.TraceIdentifier} when reporting it.");
    }

    private static ApiException? FromFramework(Exception e, HttpRequest request) => e switch
    {
        BadHttpRequestException { InnerException: JsonException json } => FromJson(json),
        JsonException json => FromJson(json),
        BadHttpRequestException bad => new(bad.StatusCode, ProblemCodes.ForStatus(bad.StatusCode), bad.StatusCode switch
        {
            413 => "The request body is larger than this endpoint takes.",
            415 => "Send the body as application/json.",
            // What the framework says here speaks of parameters and services.
            400 when request.ContentLength is null or 0 => "A JSON object is required as the body.",
            _ => bad.Message,
        }),
        InvalidOperationException when HasUnknownCharset(request) => new(415, ProblemCodes.ForStatus(415), "The body's charset is not known: send UTF-8."),
        _ => null,
    };

    private static bool HasUnknownCharset(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.Charset.HasValue)
            return false;
        try
        {
            return type.Encoding is null;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static ApiException FromJson(JsonException e)
    {
        var field = FieldOf(e.Path);
        if (e is FieldJsonException { Member: { } member } && (field is null || (field != member && !field.EndsWith('.' + member, StringComparison.Ordinal))))
            field = field is null ? member : $"{field}.{member}";
        if (field is null)
            return new(400, ProblemCodes.MalformedJson, $"The body is not the JSON expected here (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).");
        return ApiException.BadField(field, e is FieldJsonException own ? own.Reason : "is not of the type expected here, or out of its range.");
    }

    /// <summary><c>$.terminal.host</c> → <c>terminal.host</c>; null for the document itself.</summary>
    private static string? FieldOf(string? path) =>
        path is ['$', '.', _, ..] ? path[2..] : path is ['$', '[', ..] ? path[1..] : null;

    private static string DetailOf(int status, HttpContext context) => status switch
    {
        401 => "Send a valid access token as 'Authorization: Bearer …' or an API key as 'X-Api-Key'.",
        403 => "This token or key may not do that.",
        404 => $"There is nothing at {context.Request.Path}.",
        405 => $"{context.Request.Method} is not offered at {context.Request.Path}.",
        413 => "The request body is larger than this endpoint takes.",
        415 => "Send the body as application/json.",
        _ => "The request could not be served.",
    };
}
