using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
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

/// <summary><c>/accounts</c>: paper accounts and accounts at MetaTrader 5 terminals.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var accounts = api.MapGroup("/accounts").WithTags("accounts").RequireAuthorization();
        accounts.MapGet("", async (HttpContext context, IAccountStore store, CancellationToken cancel) =>
            ListOf.From(await store.ListAsync(context.UserId(), context.Page(), cancel), AccountView.Of));
        accounts.MapPost("", CreateAsync).RequireAuthorization(AuthScopes.Trade).WithMetadata(new IdempotentAttribute()).Produces<AccountView>(201);

        var one = accounts.MapGroup("/{id}");
        one.MapGet("", async (string id, HttpContext context, Ownership own, CancellationToken cancel) =>
            AccountView.Of(await own.AccountAsync(context.UserId(), Id(id), cancel)));
        one.MapPatch("", AccountChanges.ChangeAsync).RequireAuthorization(AuthScopes.Trade);
        one.MapDelete("", CloseAsync).RequireAuthorization(AuthScopes.Trade).Produces(204);
        one.MapGet("/status", async (string id, HttpContext context, Ownership own, GrainCalls grains, CancellationToken cancel) =>
            AccountStatusView.Of(await (await GrainAsync(id, context, own, grains, cancel)).AskAsync(g => g.GetStatusAsync(), cancel)));
        one.MapPost("/sync", async (string id, HttpContext context, Ownership own, GrainCalls grains, CancellationToken cancel) =>
            AccountStatusView.Of(await (await GrainAsync(id, context, own, grains, cancel)).AskAsync(g => g.SyncAsync(), cancel))).RequireAuthorization(AuthScopes.Trade);
        one.MapGet("/trades", async (string id, HttpContext context, Ownership own, ITradeQueries trades, IMarketView market, CancellationToken cancel) =>
        {
            var account = await own.AccountAsync(context.UserId(), Id(id), cancel);
            var page = await trades.ListAsync(context.UserId(), TradeEndpoints.Filter(context) with { AccountId = account.Id }, context.Page(), cancel);
            return ListOf.From(page, t => TradeView.Of(t, market));
        });
        one.MapGet("/ledger", LedgerAsync);
    }

    private static async Task<IResult> CreateAsync(CreateAccount request, HttpContext context, IAccountStore store, ProcessMarket market, GrainCalls grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        var kind = check.Required(request.Kind, "kind");
        var name = check.Text(request.Name, "name", 100);
        var mode = request.Mode ?? PositionMode.Hedging;
        var currency = check.Text(request.Currency ?? "USD", "currency", 3, 3);
        check.That(currency.All(char.IsAsciiLetterUpper), "currency", "must be an ISO 4217 code such as USD.");
        // In a currency that nothing here is quoted in, no margin could be converted: such an account could never trade.
        if (kind == AccountKind.Paper)
            check.That(market.Instruments.Any(i => i.BaseCurrency == currency || i.QuoteCurrency == currency), "currency", $"no instrument here is quoted in '{currency}'.");
        var leverage = check.OptionalCount(request.Leverage, "leverage", 1, 3000) ?? 100;
        check.OptionalPositive(request.Deposit, "deposit");
        TerminalConfig? terminal = null;
        if (kind == AccountKind.Mt5 && request.Kind is not null)
            terminal = Terminal(check, request);
        else
            check.That(request.Terminal is null, "terminal", "only an mt5 account has a terminal.");
        check.OptionalText(request.Login, "login", 64);
        check.OptionalText(request.Password, "password", 256);
        check.OptionalText(request.Server, "server", 128);
        check.Throw();
        if (kind == AccountKind.Oanda)
            throw new ApiException(422, "UNSUPPORTED_ACCOUNT_KIND", "Accounts at OANDA are not supported by this installation: 'paper' and 'mt5' are.");

        var (userId, now) = (context.UserId(), clock.GetUtcNow());
        var id = Idempotency.IdFor(context, clock, "account");
        // A first try that got half-way is completed, not repeated.
        var account = await store.FindAsync(userId, id, cancel);
        if (account is null)
        {
            account = new StoredAccount
            {
                Id = id,
                UserId = userId,
                Name = name,
                Kind = kind,
                Mode = mode,
                Currency = currency,
                Leverage = leverage,
                TerminalHost = terminal?.Address.Host,
                TerminalPort = terminal?.Address.RequestPort,
                TerminalTimeZone = terminal?.ServerTimeZone,
                BrokerLogin = request.Login,
                BrokerServer = request.Server,
                HasSecret = request.Password is not null,
                CreatedAt = now,
            };
            await store.CreateAsync(account, request.Password, cancel);
        }
        var deposit = kind == AccountKind.Paper ? request.Deposit ?? DefaultDeposit : 0m;
        var status = await grains.Grain<IAccountGrain>(id).AskAsync(g => g.OpenAsync(new(userId, name, kind, mode, currency, leverage, deposit, terminal?.Address, now)), cancel);
        if (terminal is not null)
            await grains.Grain<ITerminalGrain>(id).AskAsync(g => g.ConfigureAsync(terminal), cancel);
        context.Response.Headers.Location = $"/api/v1/accounts/{id}";
        return Results.Json(AccountView.Of(account with { Seq = status.Seq, Balance = status.Balance }), statusCode: 201);
    }

    /// <summary>What a paper account begins with, in its currency, where the request does not say.</summary>
    private const decimal DefaultDeposit = 10_000m;

    private static TerminalConfig? Terminal(Checks check, CreateAccount request)
    {
        check.That(request.Deposit is null, "deposit", "an mt5 account's money is what its terminal says.");
        if (request.Terminal is null)
        {
            check.Add("terminal", "is required for an mt5 account: {host, port, serverTimeZone?}.");
            return null;
        }
        var zone = request.Terminal.ServerTimeZone;
        var (host, port) = TerminalChecks.Check(check, request.Terminal.Host, request.Terminal.Port, zone);
        return new(new(host, port), ImmutableArray<string>.Empty, 0, zone);
    }

    /// <summary>
    /// Closes it. It has to be flat; one at a terminal may leave what it holds to its broker instead (<c>?leavePositions=true</c>), as a terminal may be
    /// gone for good.
    /// </summary>
    private static async Task<IResult> CloseAsync(string id, HttpContext context, Ownership own, GrainCalls grains, AccountClosing closing, CancellationToken cancel)
    {
        var account = await own.AccountAsync(context.UserId(), Id(id), cancel);
        var leaves = context.QueryFlag("leavePositions") ?? false;
        if (leaves && account.Kind == AccountKind.Paper)
            throw ApiException.BadField("leavePositions", "is for an account at a terminal: on paper nobody would hold them. Close them first.");
        if (account.Status == "active")
        {
            (await grains.Grain<IAccountGrain>(account.Id).AskAsync(g => leaves ? g.LeaveAsync() : g.CloseAsync(), cancel)).OrThrow();
            await closing.FinishAsync(account, cancel);
        }
        return Results.NoContent();
    }

    private static async Task<IResult> LedgerAsync(string id, HttpContext context, Ownership own, ILedgerReader ledger, CancellationToken cancel)
    {
        var account = await own.AccountAsync(context.UserId(), Id(id), cancel);
        var limit = context.Limit();
        var entries = await ledger.ReadAsUserAsync(context.UserId(), account.Id, context.QueryNumber("cursor") ?? context.QueryNumber("after") ?? 0, limit, cancel);
        var items = string.Join(',', entries.Select(TradeUpdate.Json));
        var next = entries.Count == limit ? $"\"{entries[^1].Seq}\"" : "null";
        return Results.Text($$"""{"items":[{{items}}],"next":{{next}}}""", "application/json", System.Text.Encoding.UTF8);
    }

    private static async Task<GrainCalls.Asked<IAccountGrain>> GrainAsync(string id, HttpContext context, Ownership own, GrainCalls grains, CancellationToken cancel) =>
        grains.Grain<IAccountGrain>((await own.AccountAsync(context.UserId(), Id(id), cancel)).Id);

    private static Guid Id(string text) => Requests.PathId(text, "account");
}

/// <param name="Password">At the broker; stored encrypted and never shown.</param>
internal sealed record CreateAccount([Required] AccountKind? Kind, [Required] string? Name, string? Currency, int? Leverage, PositionMode? Mode, decimal? Deposit,
    CreateAccountTerminal? Terminal, string? Login, string? Password, string? Server);

/// <param name="ServerTimeZone">In which the broker's server tells its times: an IANA name, or NewYorkClose; UTC where it is left out.</param>
internal sealed record CreateAccountTerminal([Required] string? Host, [Required] int? Port, string? ServerTimeZone = null);

internal sealed record AccountView(Guid Id, string Name, AccountKind Kind, PositionMode Mode, string Currency, int Leverage, string Status, decimal Balance, decimal Credit,
    long Seq, bool Published, CreateAccountTerminal? Terminal, string? Login, string? Server, DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt)
{
    public static AccountView Of(StoredAccount a) => new(a.Id, a.Name, a.Kind, a.Mode, a.Currency, a.Leverage, a.Status,
        Currencies.Round(a.Balance, a.Currency), Currencies.Round(a.Credit, a.Currency), a.Seq, a.Published,
        a.TerminalHost is null ? null : new(a.TerminalHost, a.TerminalPort, a.TerminalTimeZone), a.BrokerLogin, a.BrokerServer, a.CreatedAt, a.ClosedAt);
}

/// <param name="MarginLevel">Equity as a percentage of the margin; null without a margin.</param>
/// <param name="LastSync">When the terminal was last compared with; null for paper.</param>
internal sealed record AccountStatusView(Guid AccountId, string Status, decimal Balance, decimal Equity, decimal Margin, decimal FreeMargin,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] decimal? MarginLevel, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? LastSync,
    long Seq, string Currency, string? Reason)
{
    public static AccountStatusView Of(AccountStatus s) => new(s.AccountId, s.Status, s.Balance, s.Equity, s.Margin, s.FreeMargin, s.MarginLevel, s.LastSync, s.Seq, s.Currency, s.Reason);
}
