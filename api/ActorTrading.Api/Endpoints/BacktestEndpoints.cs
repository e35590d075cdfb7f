using System.ComponentModel.DataAnnotations;
using System.IO.Compression;
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

/// <summary><c>/backtests</c>.</summary>
internal static class BacktestEndpoints
{
    private const int InputsLengthMax = 16 * 1024;

    public static void MapBacktests(this IEndpointRouteBuilder api)
    {
        var backtests = api.MapGroup("/backtests").WithTags("backtests").RequireAuthorization();
        backtests.MapGet("", ListAsync);
        backtests.MapPost("", SubmitAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<SubmittedView>(202);
        backtests.MapGet("/{id}", async (string id, HttpContext context, IBacktestStore store, CancellationToken cancel) =>
            BacktestView.Of(await FindAsync(id, context, store, cancel)));
        backtests.MapGet("/{id}/result", ResultAsync);
        backtests.MapDelete("/{id}", CancelAsync).RequireAuthorization(AuthScopes.Trade).Produces(204);
    }

    public static async Task<ListOf<BacktestView>> ListAsync(HttpContext context, IBacktestStore store, CancellationToken cancel) =>
        ListOf.From(await store.ListAsync(context.UserId(), context.Page(), cancel), BacktestView.Of);

    private static async Task<IResult> SubmitAsync(NewBacktest request, HttpContext context, IStrategyStore strategies, IMarketView market, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        request.Check();
        if (market.FindInstrument(request.Symbol!) is null)
            throw new ApiException(422, "UNKNOWN_SYMBOL", $"There is no symbol '{request.Symbol}'.");
        var strategy = request.StrategyId is { } strategyId ? await StrategyEndpoints.FindAsync(strategyId, context, strategies, cancel) : null;
        var check = await StrategyEndpoints.CheckedAsync(strategy?.Script ?? request.Script!, grains, cancel);
        if (check.Kind != "strategy")
            throw new ApiException(422, "NOT_A_STRATEGY", $"The script is of the kind {check.Kind}, not a strategy: begin it with strategy(…).");
        var id = Idempotency.IdFor(context, clock, "backtest");
        var ticket = await grains.Grain<IBacktestGrain>(id).AskAsync(g => g.SubmitAsync(new(context.UserId(), strategy?.Id, strategy?.Version, strategy is null ? request.Script : null,
            request.Symbol!, request.Timeframe!, request.From!.Value.ToUniversalTime(), request.To!.Value.ToUniversalTime(), request.Inputs?.GetRawText(),
            request.InitialCapital, request.Commission, request.SlippageTicks)), cancel);
        if (ticket.Code is { } code)
            throw new ApiException(429, code, ticket.Message!) { RetryAfter = TimeSpan.FromSeconds(10) };
        return Results.Json(new SubmittedView(id, "queued"), statusCode: 202, contentType: "application/json; charset=utf-8");
    }

    private static async Task<IResult> ResultAsync(string id, HttpContext context, IBacktestStore store, CancellationToken cancel)
    {
        var row = await FindAsync(id, context, store, cancel);
        if (row.Status is "queued" or "running")
            throw new ApiException(409, "BACKTEST_NOT_FINISHED", $"Backtest {row.Id} is {row.Status}: its result comes when it has ended.") { RetryAfter = TimeSpan.FromSeconds(1) };
        if (await store.ResultAsync(context.UserId(), row.Id, cancel) is not { } compressed)
            throw new ApiException(409, row.Status == "failed" ? "BACKTEST_FAILED" : "BACKTEST_CANCELLED", row.Error ?? $"Backtest {row.Id} was cancelled: it has no result.");
        return Results.Stream(new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress), "application/json; charset=utf-8");
    }

    private static async Task<IResult> CancelAsync(string id, HttpContext context, IBacktestStore store, GrainCalls grains, CancellationToken cancel)
    {
        var row = await FindAsync(id, context, store, cancel);
        await grains.Grain<IBacktestGrain>(row.Id).AskAsync(g => g.CancelAsync(), cancel);
        return Results.NoContent();
    }

    private static async Task<StoredBacktest> FindAsync(string id, HttpContext context, IBacktestStore store, CancellationToken cancel)
    {
        var backtestId = Requests.PathId(id, "backtest");
        return await store.FindAsync(context.UserId(), backtestId, cancel) ?? throw ApiException.NotFound("backtest", backtestId);
    }

    public static void CheckTimeframe(Checks check, string? name) => check.That(
        name is not null && Enum.TryParse<Timeframe>(name, out var parsed) && parsed.ToString() == name, "timeframe", $"must be one of {string.Join(", ", Timeframes.All)}.");

    public static void CheckInputs(Checks check, JsonElement? given)
    {
        if (given is not { } inputs || inputs.ValueKind is JsonValueKind.Undefined)
            return;
        if (inputs.ValueKind != JsonValueKind.Object || inputs.GetRawText().Length > InputsLengthMax)
            check.Add("inputs", $"must be an object of values by input, of at most {InputsLengthMax} characters.");
        else
        {
            foreach (var input in inputs.EnumerateObject())
            {
                var path = check.Member(input, "inputs");
                check.Json(input.Value, path);
                check.That(input.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.String or JsonValueKind.Number,
                    path, "must be a number, true, false or a text.");
            }
        }
    }

    private sealed record NewBacktest(Guid? StrategyId, string? Script, [Required] string? Symbol, [Required] string? Timeframe, [Required] DateTimeOffset? From,
        [Required] DateTimeOffset? To, JsonElement? Inputs, decimal? InitialCapital, decimal? Commission, int? SlippageTicks)
    {
        public void Check()
        {
            var check = new Checks();
            check.That(StrategyId is null || Script is null, "script", "must be left out where strategyId is given.");
            if (StrategyId is null)
                StrategyEndpoints.CheckScript(check, Script);
            check.Symbol(Symbol, "symbol");
            CheckTimeframe(check, Timeframe);
            var (from, to) = (check.Required(From, "from"), check.Required(To, "to"));
            check.That(From is null || To is null || from < to, "to", "must lie after 'from'.");
            check.OptionalPositive(InitialCapital, "initialCapital");
            check.That(Commission is not (< 0 or > 100), "commission", $"is a percentage of the traded value: 0 to 100, was {Commission}.");
            check.OptionalCount(SlippageTicks, "slippageTicks", 0, 100_000);
            CheckInputs(check, Inputs);
            check.Throw();
        }
    }
}

internal sealed record SubmittedView(Guid Id, string Status);

/// <param name="Status"><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> (see <paramref name="Error"/>) or <c>cancelled</c>.</param>
/// <param name="Progress">0 to 1.</param>
internal sealed record BacktestView(Guid Id, string Status, double Progress, string? Error, Guid? StrategyId, int? StrategyVersion, string Symbol, string Timeframe,
    DateTimeOffset From, DateTimeOffset To, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public static BacktestView Of(StoredBacktest row)
    {
        var request = JsonSerializer.Deserialize<BacktestRequest>(row.Request, DomainJson.Options)!;
        return new(row.Id, row.Status, row.Progress, row.Error, row.StrategyId, row.StrategyVersion, request.Symbol, request.Timeframe, request.From, request.To,
            row.CreatedAt, row.StartedAt, row.FinishedAt);
    }
}
