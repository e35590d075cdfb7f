using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ActorTrading.Api.Conventions;

/// <summary>Writes <c>application/problem+json</c> (RFC 9457) with <c>code</c> and, for bad fields, <c>field</c> and <c>errors</c>.</summary>
public static class Problems
{
    // Never part of a page: a plus sign or an apostrophe need not be escaped.
    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext context, ApiException problem)
    {
        if (problem.RetryAfter is { } after)
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, problem.Status, problem.Code, problem.Message, problem.Errors, problem.Extension);
    }

    public static async Task WriteAsync(HttpContext context, int status, string code, string detail,
        ImmutableDictionary<string, ImmutableArray<string>>? errors = null, (string Name, object Value)? extension = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        response.ContentLength = null;
        await using var json = new Utf8JsonWriter(response.BodyWriter, Readable);
        json.WriteStartObject();
        json.WriteString("type", "about:blank");
        json.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
        json.WriteNumber("status", status);
        json.WriteString("detail", detail);
        json.WriteString("code", code);
        if (errors is { IsEmpty: false })
        {
            json.WriteString("field", errors.Keys.Order(StringComparer.Ordinal).First());
            json.WriteStartObject("errors");
            foreach (var (field, messages) in errors.OrderBy(e => e.Key, StringComparer.Ordinal))
            {
                json.WriteStartArray(field);
                foreach (var message in messages)
                    json.WriteStringValue(message);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        if (extension is var (name, value))
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, value.GetType(), ApiJson.Options);
        }
        json.WriteString("traceId", context.TraceIdentifier);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
