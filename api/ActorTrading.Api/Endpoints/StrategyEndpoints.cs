using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/strategies</c>: Pine scripts, checked on saving, with their versions.</summary>
internal static class StrategyEndpoints
{
    private const int NameLengthMax = 100;
    private const int DescriptionLengthMax = 10_000;

    /// <summary>Characters; more do not fit a request's body anyway.</summary>
    private const int ScriptLengthMax = 250_000;

    public static void MapStrategies(this IEndpointRouteBuilder api)
    {
        var strategies = api.MapGroup("/strategies").WithTags("strategies").RequireAuthorization();
        strategies.MapGet("", ListAsync);
        strategies.MapPost("", CreateAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<StrategyView>(201);
        strategies.MapPost("/check", CheckAsync).Produces<CheckView>();
        strategies.MapGet("/{id}", async (string id, HttpContext context, IStrategyStore store, CancellationToken cancel) =>
            StrategyView.Of(await FindAsync(id, context, store, cancel), context.UserId()));
        strategies.MapPut("/{id}", ChangeAsync).RequireAuthorization(AuthScopes.Trade).Produces<StrategyView>();
        strategies.MapPut("/{id}/toggle", ToggleAsync).RequireAuthorization(AuthScopes.Trade).Produces<StrategyView>();
        strategies.MapDelete("/{id}", DeleteAsync).RequireAuthorization(AuthScopes.Trade).Produces(204);
    }

    /// <summary>The user's own; with <c>public=true</c>, what others have published.</summary>
    public static async Task<ListOf<StrategyView>> ListAsync(HttpContext context, IStrategyStore store, CancellationToken cancel)
    {
        var page = context.QueryFlag("public") == true ? await store.PublicAsync(context.UserId(), context.Page(), cancel) : await store.ListAsync(context.UserId(), context.Page(), cancel);
        return ListOf.From(page, s => StrategyView.Of(s, context.UserId()));
    }

    private static async Task<IResult> CreateAsync(NewStrategy request, HttpContext context, IStrategyStore store, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        request.Check(isNew: true);
        await CheckedAsync(request.Script!, grains, cancel);
        var strategy = request.ApplyTo(new StoredStrategy
        {
            Id = Idempotency.IdFor(context, clock, "strategy"),
            UserId = context.UserId(),
            Name = "",
            Script = "",
            CreatedAt = clock.GetUtcNow(),
            UpdatedAt = clock.GetUtcNow(),
        });
        if (await store.FindAsync(strategy.UserId, strategy.Id, cancel) is null)
            await store.CreateAsync(strategy, cancel);
        context.Response.Headers.Location = $"/api/v1/strategies/{strategy.Id}";
        return Results.Json(StrategyView.Of(strategy, strategy.UserId), statusCode: 201);
    }

    private static async Task<StrategyView> ChangeAsync(string id, StrategyRequest request, HttpContext context, IStrategyStore store, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        request.Check(isNew: false);
        var there = await FindOwnAsync(id, context, store, cancel);
        if (request.Version is { } version && version != there.Version)
            throw new ApiException(409, ProblemCodes.Conflict, $"The strategy is at version {there.Version}, not {version}: read it again.");
        if (request.Script is { } script && script != there.Script)
            await CheckedAsync(script, grains, cancel);
        return await UpdateAsync(request.ApplyTo(there), store, clock, cancel);
    }

    /// <summary>Switches it on or off: to <c>enabled</c> where the body says so, else to what it is not.</summary>
    private static async Task<StrategyView> ToggleAsync(string id, ToggleRequest? request, HttpContext context, IStrategyStore store, TimeProvider clock, CancellationToken cancel)
    {
        var there = await FindOwnAsync(id, context, store, cancel);
        return await UpdateAsync(there with { Enabled = request?.Enabled ?? !there.Enabled }, store, clock, cancel);
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, IStrategyStore store, IStrategyRunStore runs, TimeProvider clock, CancellationToken cancel)
    {
        var strategyId = Requests.PathId(id, "strategy");
        if (await runs.FindRunningAsync(context.UserId(), strategyId, cancel) is { } run)
            throw new ApiException(409, "STRATEGY_IN_USE", $"Run {run} of the strategy is going on: stop it first.");
        return await store.DeleteAsync(context.UserId(), strategyId, clock.GetUtcNow(), cancel) ? Results.NoContent() : throw ApiException.NotFound("strategy", strategyId);
    }

    private static async Task<CheckView> CheckAsync(CheckRequest request, GrainCalls grains, CancellationToken cancel)
    {
        var check = new Checks();
        CheckScript(check, request.Script);
        check.Throw();
        var result = await grains.Grain<IScriptGrain>(0).AskAsync(g => g.CheckAsync(request.Script!), cancel);
        return new(result.Ok, result.Kind, result.Diagnostics);
    }

    /// <exception cref="ApiException">422 <c>SCRIPT_INVALID</c> with the script's <c>diagnostics</c>.</exception>
    public static async Task<ScriptCheck> CheckedAsync(string script, GrainCalls grains, CancellationToken cancel)
    {
        var result = await grains.Grain<IScriptGrain>(0).AskAsync(g => g.CheckAsync(script), cancel);
        if (result.Ok)
            return result;
        var first = result.Diagnostics.First(d => d.Severity == "error");
        throw new ApiException(422, "SCRIPT_INVALID", $"script: line {first.Line}, column {first.Column}: {first.Message}")
        {
            Errors = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("script", [.. result.Diagnostics.Where(d => d.Severity == "error").Take(20).Select(d => $"{d.Line}:{d.Column}: {d.Code}: {d.Message}")]),
            Extension = ("diagnostics", result.Diagnostics),
        };
    }

    /// <summary>A strategy that the user may read: her own or a public one.</summary>
    public static async Task<StoredStrategy> FindAsync(Guid id, HttpContext context, IStrategyStore store, CancellationToken cancel) =>
        await store.FindAsync(context.UserId(), id, cancel) ?? throw ApiException.NotFound("strategy", id);

    public static void CheckScript(Checks check, string? script)
    {
        if (script is null)
            check.Add("script", "is required.");
        else if (script.Length is 0 or > ScriptLengthMax)
            check.Add("script", $"must be 1 to {ScriptLengthMax} characters, has {script.Length}.");
        else if (script.Contains('\0'))
            check.Add("script", "must not hold the character U+0000.");
    }

    private static Task<StoredStrategy> FindAsync(string id, HttpContext context, IStrategyStore store, CancellationToken cancel) =>
        FindAsync(Requests.PathId(id, "strategy"), context, store, cancel);

    private static async Task<StoredStrategy> FindOwnAsync(string id, HttpContext context, IStrategyStore store, CancellationToken cancel)
    {
        var found = await FindAsync(id, context, store, cancel);
        return found.UserId == context.UserId() ? found : throw new ApiException(403, ProblemCodes.Forbidden, $"Strategy {found.Id} is somebody else's: you may read it, not change it.");
    }

    private static async Task<StrategyView> UpdateAsync(StoredStrategy strategy, IStrategyStore store, TimeProvider clock, CancellationToken cancel) =>
        StrategyView.Of(await store.UpdateAsync(strategy, clock.GetUtcNow(), cancel)
            ?? throw new ApiException(409, ProblemCodes.Conflict, $"Strategy {strategy.Id} has been changed meanwhile: read it again."), strategy.UserId);

    /// <summary>The body of a change, where what is left out stays.</summary>
    private record StrategyRequest
    {
        public virtual string? Name { get; init; }
        public string? Description { get; init; }
        public virtual string? Script { get; init; }
        public bool? IsPublic { get; init; }

        /// <summary>The version that the change is meant for.</summary>
        public int? Version { get; init; }

        public void Check(bool isNew)
        {
            var check = new Checks();
            if (isNew || Name is not null)
                check.Text(Name, "name", NameLengthMax);
            if (Description is { Length: > DescriptionLengthMax } || Description?.Contains('\0') == true)
                check.Add("description", $"must have at most {DescriptionLengthMax} characters, none of them U+0000.");
            if (isNew || Script is not null)
                CheckScript(check, Script);
            check.Throw();
        }

        public StoredStrategy ApplyTo(StoredStrategy s) => s with
        {
            Name = Name ?? s.Name,
            Description = Description ?? s.Description,
            Script = Script ?? s.Script,
            IsPublic = IsPublic ?? s.IsPublic,
        };
    }

    private sealed record NewStrategy : StrategyRequest
    {
        [Required]
        public override string? Name { get; init; }

        [Required]
        public override string? Script { get; init; }
    }

    private sealed record ToggleRequest(bool? Enabled);

    private sealed record CheckRequest([Required] string? Script);
}

/// <param name="Kind"><c>strategy</c>, <c>indicator</c> or <c>library</c>.</param>
internal sealed record CheckView(bool Ok, string? Kind, IReadOnlyList<ScriptDiagnostic> Diagnostics);

/// <param name="Version">From 1; each change of the script makes the next.</param>
/// <param name="IsMine">Whether the user may change it.</param>
internal sealed record StrategyView(Guid Id, string Name, string Description, string Script, bool IsPublic, bool Enabled, int Version, bool IsMine, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static StrategyView Of(StoredStrategy s, Guid reader) =>
        new(s.Id, s.Name, s.Description, s.Script, s.IsPublic, s.Enabled, s.Version, s.UserId == reader, s.CreatedAt, s.UpdatedAt);
}
