using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/copy-trading</c>: following, and being followed.</summary>
internal static class CopyEndpoints
{
    public static void MapCopyTrading(this IEndpointRouteBuilder api)
    {
        var copy = api.MapGroup("/copy-trading").WithTags("copy").RequireAuthorization();
        copy.MapGet("/links", ListAsync);
        copy.MapPost("/links", CreateAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<LinkView>(201);
        copy.MapGet("/links/{id}", async (string id, HttpContext context, ILinkStore links, TimeProvider clock, CancellationToken cancel) =>
            LinkView.Of(await FindAsync(id, context, links, cancel), clock.GetUtcNow()));
        copy.MapPut("/links/{id}", ChangeAsync).RequireAuthorization(AuthScopes.Trade).Produces<LinkView>()
            .WithMetadata(new BodyOf(typeof(LinkSettings), typeof(LinkChange), "leaderAccountId", "followerAccountId"));
        copy.MapDelete("/links/{id}", RemoveAsync).RequireAuthorization(AuthScopes.Trade).Produces(204);
        copy.MapPost("/links/{id}/reset", ResetAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<LinkView>();
        copy.MapGet("/links/{id}/executions", async (string id, HttpContext context, ILinkStore links, ICopyExecutionQueries executions, CancellationToken cancel) =>
        {
            var link = await FindAsync(id, context, links, cancel);
            return ListOf.From(await executions.ListAsync(context.UserId(), link.Id, context.Page(), cancel), ExecutionView.Of);
        });
        copy.MapPut("/leaders/{accountId}", PublishAsync).RequireAuthorization(AuthScopes.Trade).Produces<LeaderView>();
    }

    public static async Task<ListOf<LinkView>> ListAsync(HttpContext context, ILinkStore links, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return ListOf.From(await links.ListAsync(context.UserId(), context.Page(), cancel), link => LinkView.Of(link, now));
    }

    private static async Task<IResult> CreateAsync(LinkSettings settings, HttpContext context, ILinkStore links, ILeaderStore leaders, ILedgerReader ledger,
        Ownership own, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        check.AddAll(LinkValidation.Validate(settings));
        check.Throw();
        var userId = context.UserId();
        await own.OpenAccountAsync(userId, settings.FollowerAccountId, cancel);
        if (await leaders.FindAsync(userId, settings.LeaderAccountId, cancel) is not { Published: true })
            throw new ApiException(404, "LEADER_NOT_FOUND", $"No leader publishes account {settings.LeaderAccountId}.");
        var id = Idempotency.IdFor(context, clock, "link");
        var link = await links.FindAsync(userId, id, cancel);
        if (link is null)
        {
            link = new StoredLink
            {
                Id = id,
                UserId = userId,
                LeaderAccountId = settings.LeaderAccountId,
                FollowerAccountId = settings.FollowerAccountId,
                Settings = settings,
                Status = "active",
                StartSeq = await ledger.HeadAsync(settings.LeaderAccountId, cancel),
                CreatedAt = clock.GetUtcNow(),
                UpdatedAt = clock.GetUtcNow(),
            };
            try
            {
                await links.CreateAsync(link, cancel);
            }
            catch (LinkExistsException e)
            {
                throw new ApiException(409, "LINK_EXISTS", e.Message);
            }
        }
        await grains.Grain<ILeaderGrain>(link.LeaderAccountId).AskAsync(g => g.LinkChangedAsync(link.Id), cancel);
        context.Response.Headers.Location = $"/api/v1/copy-trading/links/{link.Id}";
        return Results.Json(LinkView.Of(link, clock.GetUtcNow()), statusCode: 201);
    }

    /// <summary>
    /// Changes the settings that are given, but for the two accounts; <c>status</c> may be active or paused, <c>version</c> guards against a
    /// change in between.
    /// </summary>
    private static async Task<LinkView> ChangeAsync(string id, JsonElement body, HttpContext context, ILinkStore links, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var link = await FindAsync(id, context, links, cancel);
        if (body.ValueKind != JsonValueKind.Object)
            throw new ApiException(400, ProblemCodes.MalformedJson, "The body must be an object.");
        var change = body.Deserialize<LinkChange>(ApiJson.Options)!;
        var settings = GivenFields.ApplyTo(body, link.Settings) with { LeaderAccountId = link.LeaderAccountId, FollowerAccountId = link.FollowerAccountId };
        var check = new Checks();
        check.AddAll(LinkValidation.Validate(settings));
        check.That(change.Status is null or "active" or "paused", "status", "must be active or paused.");
        check.Throw();
        if (link.Status is not ("active" or "paused"))
            throw Final(link);
        // What is left out is of the version that was read, so no other may be replaced.
        if ((change.Version ?? link.Version) != link.Version || !await links.UpdateAsync(link.Id, settings, change.Status ?? link.Status, link.Version, clock.GetUtcNow(), cancel))
            throw new ApiException(409, "VERSION_CONFLICT", $"Link {link.Id} was changed meanwhile: read it again.");
        await grains.Grain<ILeaderGrain>(link.LeaderAccountId).AskAsync(g => g.LinkChangedAsync(link.Id), cancel);
        return LinkView.Of(await FindAsync(id, context, links, cancel), clock.GetUtcNow());
    }

    /// <summary>Lets a link that a limit has stopped go on; what was lost before does not count any more. A link that is not stopped stays as it is.</summary>
    private static async Task<LinkView> ResetAsync(string id, HttpContext context, ILinkStore links, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var link = await FindAsync(id, context, links, cancel);
        var goesOn = await grains.Grain<IFollowerLinkGrain>(link.Id).AskAsync(g => g.ResetAsync(), cancel);
        link = await FindAsync(id, context, links, cancel);
        return goesOn ? LinkView.Of(link, clock.GetUtcNow()) : throw Final(link);
    }

    private static ApiException Final(StoredLink link) => new(409, "LINK_FINAL", $"Link {link.Id} is {link.Status}: it cannot be changed any more.");

    /// <summary>Removes it at once or, while anything of it is open, leaves it closing until nothing is.</summary>
    private static async Task<IResult> RemoveAsync(string id, HttpContext context, ILinkStore links, GrainCalls grains, CancellationToken cancel)
    {
        var link = await FindAsync(id, context, links, cancel);
        await grains.Grain<IFollowerLinkGrain>(link.Id).AskAsync(g => g.RemoveAsync(context.QueryEnum<RemovalMode>("mode") ?? link.Settings.RemovalMode), cancel);
        return Results.NoContent();
    }

    private static async Task<LeaderView> PublishAsync(string accountId, PublishLeader request, HttpContext context, Ownership own, ILeaderStore leaders, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        var published = check.Required(request.Published, "published");
        check.OptionalText(request.Name, "name", 100);
        check.OptionalText(request.Description, "description", 2000);
        check.Throw();
        var account = await own.OpenAccountAsync(context.UserId(), Requests.PathId(accountId, "account"), cancel);
        var known = await leaders.FindAsync(context.UserId(), account.Id, cancel);
        var leader = new StoredLeader
        {
            AccountId = account.Id,
            UserId = account.UserId,
            Published = published,
            Name = request.Name ?? known?.Name ?? account.Name,
            Profile = request.Description is null ? known?.Profile ?? "{}" : JsonSerializer.Serialize(new { description = request.Description }, ApiJson.Options),
            UpdatedAt = clock.GetUtcNow(),
        };
        await leaders.SaveAsync(leader, cancel);
        await grains.Grain<ILeaderGrain>(account.Id).AskAsync(g => g.PublishAsync(published), cancel);
        return new(leader.AccountId, leader.Published, leader.Name, JsonSerializer.Deserialize<JsonElement>(leader.Profile), leader.UpdatedAt);
    }

    private static async Task<StoredLink> FindAsync(string id, HttpContext context, ILinkStore links, CancellationToken cancel)
    {
        var linkId = Requests.PathId(id, "link");
        return await links.FindAsync(context.UserId(), linkId, cancel) ?? throw ApiException.NotFound("link", linkId);
    }
}

internal sealed record LinkChange(string? Status, int? Version);

internal sealed record PublishLeader([Required] bool? Published, string? Name, string? Description);

internal sealed record LeaderView(Guid AccountId, bool Published, string Name, JsonElement Profile, DateTimeOffset UpdatedAt);

/// <param name="Status"><c>active</c>, <c>stopped</c> (active, but a limit keeps it from opening), <c>paused</c>, <c>closing</c> or <c>removed</c>.</param>
/// <param name="DecidedSeq">The last entry of the leader's ledger that the follower has decided.</param>
internal sealed record LinkView(Guid Id, Guid LeaderAccountId, Guid FollowerAccountId, string Status, LinkSettings Settings, LinkRiskState Risk, long StartSeq, long DecidedSeq,
    int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? RemovedAt)
{
    public static LinkView Of(StoredLink l, DateTimeOffset now) => new(l.Id, l.LeaderAccountId, l.FollowerAccountId,
        l.Status == "active" && l.Risk.IsStopped(now) ? "stopped" : l.Status, l.Settings, l.Risk, l.StartSeq, l.DecidedSeq, l.Version, l.CreatedAt, l.UpdatedAt, l.RemovedAt);
}

/// <param name="Latency">Where the time went, in microseconds.</param>
internal sealed record ExecutionView(Guid LinkId, long LeaderSeq, CopyOutcome Outcome, string? Reason, string? Detail, Guid[] OrderIds, long AccountSeq,
    DateTimeOffset LeaderAt, DateTimeOffset DecidedAt, LatencyView Latency)
{
    public static ExecutionView Of(CopyExecution e) => new(e.LinkId, e.LeaderSeq, e.Outcome, e.Reason, e.Detail, e.OrderIds, e.AccountSeq, e.LeaderAt, e.DecidedAt,
        new(e.LeaderTerminalUs, e.OursUs, e.FollowerTerminalUs));
}

/// <summary>Microseconds: until the leader's terminal had told us, from the leader's durable entry to the follower's decision, until the follower's terminal had filled.</summary>
internal sealed record LatencyView(long? LeaderTerminalUs, long OursUs, long? FollowerTerminalUs);
