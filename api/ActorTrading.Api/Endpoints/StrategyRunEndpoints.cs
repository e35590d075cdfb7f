using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
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

/// <summary><c>/strategies/{id}/runs</c>: a strategy that trades an account, paper or at a terminal.</summary>
internal static class StrategyRunEndpoints
{
    public static void MapStrategyRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/strategies/{id}/runs").WithTags("strategies").RequireAuthorization();
        runs.MapGet("", ListAsync);
        runs.MapPost("", StartAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<RunView>(201);
        runs.MapGet("/{runId}", async (string id, string runId, HttpContext context, IStrategyRunStore store, CancellationToken cancel) =>
            RunView.Of(await FindAsync(id, runId, context, store, cancel)));
        runs.MapDelete("/{runId}", StopAsync).RequireAuthorization(AuthScopes.Trade).Produces<RunView>();
    }

    private static async Task<ListOf<RunView>> ListAsync(string id, HttpContext context, IStrategyStore strategies, IStrategyRunStore store, CancellationToken cancel)
    {
        var strategyId = Requests.PathId(id, "strategy");
        var runs = await store.ListAsync(context.UserId(), strategyId, context.Page(), cancel);
        // One whose owner has withdrawn it goes on trading for those who have started it, and they must find it.
        if (runs.Items.Count == 0)
            await StrategyEndpoints.FindAsync(strategyId, context, strategies, cancel);
        return ListOf.From(runs, RunView.Of);
    }

    private static async Task<IResult> StartAsync(string id, NewRun request, HttpContext context, IStrategyStore strategies, IStrategyRunStore store, Ownership owned, LimitOptions limits, IMarketView market,
        GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var strategy = await StrategyEndpoints.FindAsync(Requests.PathId(id, "strategy"), context, strategies, cancel);
        request.Check();
        var instrument = market.FindInstrument(request.Symbol!) ?? throw new ApiException(422, "UNKNOWN_SYMBOL", $"There is no symbol '{request.Symbol}'.");
        var account = await owned.OpenAccountAsync(context.UserId(), request.AccountId!.Value, cancel);
        if (!strategy.Enabled)
            throw new ApiException(422, "STRATEGY_DISABLED", $"Strategy {strategy.Id} is switched off: switch it on first.");
        if ((await StrategyEndpoints.CheckedAsync(strategy.Script, grains, cancel)).Kind != "strategy")
            throw new ApiException(422, "NOT_A_STRATEGY", "The script is not a strategy: begin it with strategy(…).");
        var capital = request.InitialCapital ?? account.Balance * (market.ConversionRate(account.Currency, instrument.QuoteCurrency)
            ?? throw new ApiException(422, "NO_QUOTE", $"The balance cannot be converted to {instrument.QuoteCurrency} without a quote: say initialCapital."));
        if (capital <= 0)
            throw ApiException.BadField("initialCapital", "must be given where the account holds nothing.");
        var runId = Idempotency.IdFor(context, clock, "run");
        // Not to the last one where several are started at once.
        if (limits.RunsPerUser > 0 && await store.CountOthersAsync(context.UserId(), runId, cancel) >= limits.RunsPerUser)
            throw new ApiException(409, ProblemCodes.TooManyRuns, $"You have {limits.RunsPerUser} runs that go on, which is as many as one may have: stop one first.");
        await grains.Grain<IStrategyRunGrain>(runId).AskAsync(g => g.StartAsync(new(context.UserId(), strategy.Id, strategy.Version, account.Id, request.Symbol!, request.Timeframe!, request.Inputs?.GetRawText(), capital, account.Mode)), cancel);
        if (await store.GetAsync(runId, cancel) is not { } run)
            throw new ApiException(409, "SYMBOL_IN_USE", $"Another run trades {request.Symbol} in this netting account, which has one position for both: stop it first.");
        context.Response.Headers.Location = $"/api/v1/strategies/{strategy.Id}/runs/{runId}";
        return Results.Json(RunView.Of(run), statusCode: 201);
    }

    /// <summary>With <c>close=true</c> what the run holds is closed first; else it stays in the account.</summary>
    private static async Task<RunView> StopAsync(string id, string runId, HttpContext context, IStrategyRunStore store, GrainCalls grains, CancellationToken cancel)
    {
        var run = await FindAsync(id, runId, context, store, cancel);
        var close = context.QueryFlag("close") == true;
        if (close && run.Status != "running" && RunView.Of(run) is { Holds: true })
            throw new ApiException(409, "RUN_ENDED", "The run has ended before and left what it held in the account: close that there.");
        if (!await grains.Grain<IStrategyRunGrain>(run.Id).AskAsync(g => g.StopAsync(close), cancel))
            throw new ApiException(409, "RUN_NOT_FLAT", "Not everything could be closed yet: the run closes the rest as soon as it can, opens nothing more, and then ends. Stop it without close to end it now.");
        return RunView.Of((await store.GetAsync(run.Id, cancel))!);
    }

    private static async Task<StoredStrategyRun> FindAsync(string id, string runId, HttpContext context, IStrategyRunStore store, CancellationToken cancel)
    {
        var (strategy, run) = (Requests.PathId(id, "strategy"), Requests.PathId(runId, "run"));
        return await store.GetAsync(run, cancel) is { } found && found.UserId == context.UserId() && found.StrategyId == strategy ? found : throw ApiException.NotFound("run", run);
    }

    private sealed record NewRun([Required] Guid? AccountId, [Required] string? Symbol, [Required] string? Timeframe, JsonElement? Inputs, decimal? InitialCapital)
    {
        public void Check()
        {
            var check = new Checks();
            check.Required(AccountId, "accountId");
            check.Symbol(Symbol, "symbol");
            BacktestEndpoints.CheckTimeframe(check, Timeframe);
            check.OptionalPositive(InitialCapital, "initialCapital");
            BacktestEndpoints.CheckInputs(check, Inputs);
            check.Throw();
        }
    }
}

/// <param name="Status"><c>running</c>, <c>stopped</c> or <c>failed</c> (see <paramref name="Error"/>).</param>
/// <param name="State">What the run holds and how far it has come.</param>
internal sealed record RunView(Guid Id, Guid StrategyId, int StrategyVersion, Guid AccountId, string Symbol, string Timeframe, string Status, string? Error, JsonElement State,
    DateTimeOffset CreatedAt, DateTimeOffset? StoppedAt)
{
    /// <summary>Whether anything of the run was open, as far as it knew.</summary>
    internal bool Holds => State.TryGetProperty("held", out var held) && held.GetArrayLength() > 0;

    public static RunView Of(StoredStrategyRun r)
    {
        var state = JsonNode.Parse(r.State)!.AsObject();

        // Its notes on bars are its own affair.
        state.Remove("seen");
        return new(r.Id, r.StrategyId, r.StrategyVersion, r.AccountId, r.Symbol, r.Timeframe, r.Status, r.Error, JsonSerializer.SerializeToElement(state), r.CreatedAt, r.StoppedAt);
    }
}
