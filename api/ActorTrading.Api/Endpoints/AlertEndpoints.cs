using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/alerts</c>.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder api)
    {
        var alerts = api.MapGroup("/alerts").WithTags("alerts").RequireAuthorization();
        alerts.MapGet("", ListAsync);
        alerts.MapPost("", CreateAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<AlertJson>(201);
        alerts.MapGet("/{id}", async (string id, HttpContext context, IAlertStore store, IMarketView market, CancellationToken cancel) =>
            AlertJson.Of(await FindAsync(id, context, store, cancel), market));
        alerts.MapPatch("/{id}", ChangeAsync).RequireAuthorization(AuthScopes.Trade).Produces<AlertJson>();
        alerts.MapDelete("/{id}", DeleteAsync).RequireAuthorization(AuthScopes.Trade).Produces(204);
        alerts.MapGet("/{id}/history", HistoryAsync);
    }

    public static async Task<ListOf<AlertJson>> ListAsync(HttpContext context, IAlertStore store, IMarketView market, CancellationToken cancel) =>
        ListOf.From(await store.ListAsync(context.UserId(), context.Page(), cancel), a => AlertJson.Of(a, market));

    private static async Task<IResult> CreateAsync(NewAlert request, HttpContext context, IAlertStore store, LimitOptions limits, IMarketView market, WebhookOptions webhooks, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        check.Symbol(request.Symbol, "symbol");
        check.Required(request.Condition, "condition");
        check.Required(request.Value, "value");
        check.That(request.Status is null or AlertStatus.Active, "status", "a new alert is active.");
        check.Throw();
        var now = clock.GetUtcNow();
        var definition = request.ApplyTo(new AlertDefinition { Id = Idempotency.IdFor(context, clock, "alert"), UserId = context.UserId(), CreatedAt = now });
        Validate(definition, market, webhooks, now);
        await RequireRoomAsync(definition, limits, store, cancel);
        var created = await grains.Grain<IAlertGrain>(definition.Id).AskAsync(g => g.CreateAsync(definition), cancel);
        context.Response.Headers.Location = $"/api/v1/alerts/{created.Id}";
        return Results.Json(AlertJson.Of(new(created, AlertState.New), market), statusCode: 201);
    }

    /// <summary>Changes what is given. Of two changes at once the second is made to what the first has left.</summary>
    private static async Task<AlertJson> ChangeAsync(string id, AlertRequest request, HttpContext context, IAlertStore store, LimitOptions limits, IMarketView market, WebhookOptions webhooks, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        if (request.Status is not (null or AlertStatus.Active or AlertStatus.Paused))
            throw ApiException.BadField("status", "may be set to active or paused.");
        for (var tries = 0; tries < ChangesAtOnceMax; tries++)
        {
            var alert = await FindAsync(id, context, store, cancel);
            var changed = request.ApplyTo(alert.Definition);
            Validate(changed, market, webhooks, clock.GetUtcNow());
            // An alert that has fired or expired is armed again by changing it.
            var active = (request.Status ?? (alert.State.Status == AlertStatus.Paused ? AlertStatus.Paused : AlertStatus.Active)) == AlertStatus.Active;
            if (alert.State.Status is not (AlertStatus.Active or AlertStatus.Paused))
                await RequireRoomAsync(changed, limits, store, cancel);
            var grain = grains.Grain<IAlertGrain>(alert.Definition.Id);
            if (await grain.AskAsync(g => g.UpdateAsync(changed, active), cancel) is null)
                continue;
            var now = await grain.AskAsync(g => g.GetAsync(), cancel) ?? throw ApiException.NotFound("alert", alert.Definition.Id);
            return AlertJson.Of(new(now.Definition, now.State), market);
        }
        throw new ApiException(409, "VERSION_CONFLICT", $"Alert {id} was changed meanwhile, again and again: read it again.");
    }

    /// <summary>Tries of a change that others always come before. More than as many at once nobody makes by hand.</summary>
    private const int ChangesAtOnceMax = 10;

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, IAlertStore store, GrainCalls grains, CancellationToken cancel)
    {
        var alert = await FindAsync(id, context, store, cancel);
        await grains.Grain<IAlertGrain>(alert.Definition.Id).AskAsync(g => g.DeleteAsync(), cancel);
        return Results.NoContent();
    }

    private static async Task<ListOf<FiringView>> HistoryAsync(string id, HttpContext context, IAlertStore store, IMarketView market, CancellationToken cancel)
    {
        var alert = await FindAsync(id, context, store, cancel);
        var limit = context.Limit();
        var firings = await store.HistoryAsync(context.UserId(), alert.Definition.Id, context.QueryNumber("cursor") ?? long.MaxValue, limit, cancel);
        return new([.. firings.Select(f => FiringView.Of(f, market))], firings.Count == limit ? firings[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static async Task<StoredAlert> FindAsync(string id, HttpContext context, IAlertStore store, CancellationToken cancel)
    {
        var alertId = Requests.PathId(id, "alert");
        return await store.FindAsync(context.UserId(), alertId, cancel) ?? throw ApiException.NotFound("alert", alertId);
    }

    // Not to the last one where several are made at once: it bounds what a user costs, nothing depends on the number.
    private static async Task RequireRoomAsync(AlertDefinition alert, LimitOptions limits, IAlertStore store, CancellationToken cancel)
    {
        if (limits.AlertsPerUser > 0 && await store.CountOthersAsync(alert.UserId, alert.Id, limits.AlertsPerUser, cancel) >= limits.AlertsPerUser)
            throw new ApiException(409, ProblemCodes.TooManyAlerts, $"You have {limits.AlertsPerUser} alerts that can fire, which is as many as one may have: delete one first.");
    }

    private static void Validate(AlertDefinition definition, IMarketView market, WebhookOptions webhooks, DateTimeOffset now)
    {
        var check = new Checks();
        check.AddAll(AlertValidation.Validate(definition, now, webhooks.AllowPrivate));
        check.Throw();
        if (market.FindInstrument(definition.Symbol) is null)
            throw new ApiException(422, "UNKNOWN_SYMBOL", $"There is no symbol '{definition.Symbol}'.");
    }
}

/// <summary>The body of a change of an alert, where what is left out stays.</summary>
internal record AlertRequest
{
    public virtual string? Symbol { get; init; }
    public virtual AlertCondition? Condition { get; init; }
    public virtual decimal? Value { get; init; }
    public Given<decimal?> Value2 { get; init; }
    public PriceSource? Price { get; init; }
    public AlertTrigger? Trigger { get; init; }
    public Given<string?> Timeframe { get; init; }
    public int? BarsBack { get; init; }
    public Given<DateTimeOffset?> ExpiresAt { get; init; }
    public Given<string?> Message { get; init; }
    public ImmutableArray<AlertChannel>? Channels { get; init; }
    public Given<string?> WebhookUrl { get; init; }
    public AlertStatus? Status { get; init; }

    public AlertDefinition ApplyTo(AlertDefinition a) => a with
    {
        Symbol = Symbol ?? a.Symbol,
        Condition = Condition ?? a.Condition,
        Value = Value ?? a.Value,
        Value2 = Value2.Or(a.Value2),
        Price = Price ?? a.Price,
        Trigger = Trigger ?? a.Trigger,
        Timeframe = Timeframe.Or(a.Timeframe),
        BarsBack = BarsBack ?? a.BarsBack,
        ExpiresAt = ExpiresAt.Or(a.ExpiresAt),
        Message = Message.Or(a.Message),
        Channels = Channels is { } channels ? channels : a.Channels,
        WebhookUrl = WebhookUrl.Or(a.WebhookUrl),
    };
}

internal sealed record NewAlert : AlertRequest
{
    [Required]
    public override string? Symbol { get; init; }

    [Required]
    public override AlertCondition? Condition { get; init; }

    [Required]
    public override decimal? Value { get; init; }
}

internal sealed record AlertJson(Guid Id, string Symbol, AlertCondition Condition, decimal Value, decimal? Value2, PriceSource Price, AlertTrigger Trigger, string? Timeframe,
    int BarsBack, DateTimeOffset? ExpiresAt, string? Message, IReadOnlyList<AlertChannel> Channels, string? WebhookUrl, AlertStatus Status, long FireCount,
    DateTimeOffset? LastFiredAt, DateTimeOffset CreatedAt)
{
    public static AlertJson Of(StoredAlert stored, IMarketView market)
    {
        var (a, s) = (stored.Definition, stored.State);
        // A percentage or a distance is no price: it keeps the digits that it came with.
        var digits = a.IsMoving ? 0 : market.Digits(a.Symbol);
        return new(a.Id, a.Symbol, a.Condition, Prices.WithDigits(a.Value, digits), Prices.WithDigits(a.Value2, digits), a.Price, a.Trigger, a.Timeframe, a.BarsBack,
            a.ExpiresAt, a.Message, a.Channels ?? [], a.WebhookUrl, s.Status, s.FireCount, s.LastFiredAt, a.CreatedAt);
    }
}

internal sealed record FiringView(long Sequence, string Symbol, decimal Price, decimal Level, DateTimeOffset Time, string Message)
{
    public static FiringView Of(AlertFiring f, IMarketView market) => new(f.Sequence, f.Symbol, Prices.WithDigits(f.Price, market.Digits(f.Symbol)),
        Prices.WithDigits(f.Level, market.Digits(f.Symbol)), f.Time, f.Message);
}
