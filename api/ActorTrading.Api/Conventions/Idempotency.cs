using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Api.Conventions;

/// <summary>Marks an endpoint that changes money: a repeated <c>Idempotency-Key</c> answers as the first time.</summary>
public sealed class IdempotentAttribute : Attribute;

/// <summary>
/// Claims the key before the work and stores the answer after it. An answer that leaves the outcome open (5xx, 429) is not
/// stored: the key is given back, and ids made from the key keep the second try from being a second order.
/// </summary>
public sealed class Idempotency(RequestDelegate next, IIdempotencyStore store, TimeProvider clock, ILogger<Idempotency> log)
{
    public const string Header = "Idempotency-Key";
    public const int KeyLengthMax = 200;

    /// <summary>How long a request may work before another with its key takes over; longer than any answer takes.</summary>
    private static readonly TimeSpan ClaimFor = TimeSpan.FromSeconds(15);

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IdempotentAttribute>() is null || context.Request.Headers[Header] is not [{ } key, ..])
        {
            await next(context);
            return;
        }
        if (key.Length is 0 or > KeyLengthMax || key.Any(c => c is < '!' or > '~'))
            throw ApiException.BadField(Header, $"must be 1 to {KeyLengthMax} visible ASCII characters.");
        var userId = context.UserId();
        var hash = await HashAsync(context);
        var claim = await store.BeginAsync(userId, key, hash, clock.GetUtcNow(), ClaimFor, context.RequestAborted);
        switch (claim.Outcome)
        {
            case IdempotencyOutcome.Replay:
                await ReplayAsync(context, claim);
                return;
            case IdempotencyOutcome.Reused:
                throw new ApiException(422, ProblemCodes.IdempotencyKeyReused, $"The key '{key}' was used for another request: take a new one.");
            case IdempotencyOutcome.InProgress:
                throw new ApiException(409, ProblemCodes.RequestInProgress, $"The first request with the key '{key}' is still being worked on.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
        context.Items[Header] = key;
        await AnswerAsync(context, new(userId, key, hash, 0, []));
    }

    /// <summary>The id of what this request makes: from its key where it has one, so that trying again makes the same thing.</summary>
    public static Guid IdFor(HttpContext context, TimeProvider clock, string what) => context.Items[Header] is string key
        ? Domain.DeterministicId.Create(context.UserId(), $"{what}:{key}")
        : Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>
    /// A key's answer is forgotten after a week, or at once where it left the outcome open; what was made from the key stays. Another request with
    /// it must not be answered as if it had been done.
    /// </summary>
    public static ApiException Reused(HttpContext context, string made) =>
        new(422, ProblemCodes.IdempotencyKeyReused, $"The key '{context.Items[Header]}' was used before, for {made}: take a new one.");

    /// <summary>Whether the request has a key, so that an earlier try of it may have been made.</summary>
    public static bool HasKey(HttpContext context) => context.Items.ContainsKey(Header);

    private async Task AnswerAsync(HttpContext context, IdempotentAnswer claim)
    {
        var body = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            // The claim is settled even when the client has gone: it will come back with the key.
            context.Response.Body = body;
            if (FailureMap.Translate(e) is { Status: < 500 and not 429 } refused)
                await StoreRefusalAsync(context, claim, refused, answer);
            else
                await ReleaseAsync(claim);
            throw;
        }
        context.Response.Body = body;
        if (context.Response.StatusCode is < 500 and not 429)
            await CompleteAsync(claim with { Status = context.Response.StatusCode, Response = answer.ToArray() });
        else
            await ReleaseAsync(claim);
        answer.Position = 0;
        await answer.CopyToAsync(body, context.RequestAborted);
    }

    private async Task StoreRefusalAsync(HttpContext context, IdempotentAnswer claim, ApiException refused, MemoryStream answer)
    {
        var body = context.Response.Body;
        answer.SetLength(0);
        context.Response.Body = answer;
        await Problems.WriteAsync(context, refused);
        await context.Response.BodyWriter.FlushAsync();
        context.Response.Body = body;
        await CompleteAsync(claim with { Status = refused.Status, Response = answer.ToArray() });
    }

    private async Task CompleteAsync(IdempotentAnswer answer)
    {
        try
        {
            await store.CompleteAsync(answer, clock.GetUtcNow());
        }
        catch (Exception e)
        {
            // What was asked for is done. The claim runs out by itself, and a repetition meets the ids made from the key.
            log.LogWarning(e, "The answer to an idempotency key could not be stored");
        }
    }

    private async Task ReleaseAsync(IdempotentAnswer claim)
    {
        try
        {
            await store.ReleaseAsync(claim.UserId, claim.Key);
        }
        catch (Exception e)
        {
            log.LogWarning(e, "An idempotency key could not be released; its claim runs out by itself");
        }
    }

    private static async Task ReplayAsync(HttpContext context, IdempotencyClaim claim)
    {
        context.Response.StatusCode = claim.Status!.Value;
        context.Response.ContentType = claim.Status >= 400 ? "application/problem+json" : "application/json; charset=utf-8";
        context.Response.Headers["Idempotency-Replayed"] = "true";
        if (claim.Response is { Length: > 0 } response)
            await context.Response.Body.WriteAsync(response, context.RequestAborted);
    }

    /// <summary>SHA-256 of method, path and body; the body can then be read again.</summary>
    private static async Task<byte[]> HashAsync(HttpContext context)
    {
        context.Request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}\n"));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
                hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        context.Request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
