using System.ComponentModel.DataAnnotations;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/payments</c>: money into and out of paper accounts. What an account at a terminal has is its broker's to change.</summary>
internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        var payments = api.MapGroup("/payments").WithTags("payments").RequireAuthorization(AuthScopes.Trade);
        Map("/deposits", BalanceReason.Deposit);
        Map("/withdrawals", BalanceReason.Withdrawal);

        void Map(string path, BalanceReason reason) =>
            payments.MapPost(path, (PaymentRequest request, HttpContext context, Ownership own, IGrainFactory grains, TimeProvider clock, CancellationToken cancel) =>
                PayAsync(reason, request, context, own, grains, clock, cancel)).WithMetadata(new IdempotentAttribute()).Produces<PaymentView>(201);
    }

    /// <summary>The movement's id comes from the request's key, so that trying again moves nothing twice, whatever became of the first answer.</summary>
    private static async Task<IResult> PayAsync(BalanceReason reason, PaymentRequest request, HttpContext context, Ownership own, IGrainFactory grains, TimeProvider clock, CancellationToken cancel)
    {
        var check = new Checks();
        var accountId = check.Required(request.AccountId, "accountId");
        var amount = check.Positive(request.Amount, "amount");
        var reference = check.OptionalText(request.Reference, "reference", 200) ?? "";
        check.Throw();
        var account = await own.AccountAsync(context.UserId(), accountId, cancel);
        var id = Idempotency.IdFor(context, clock, EnumNames<BalanceReason>.NameOf(reason));
        var result = await grains.GetGrain<IAccountGrain>(account.Id).AdjustBalanceAsync(
            new AdjustBalance(reason == BalanceReason.Withdrawal ? -amount : amount, reason, reference) { OperationId = id });
        if (!result.Accepted)
            await own.OpenAccountAsync(context.UserId(), account.Id, cancel);
        return Results.Json(new PaymentView(id, account.Id, reason, amount, account.Currency, result.OrThrow().Seq), statusCode: 201);
    }
}

/// <param name="Amount">In the account's currency, above zero.</param>
internal sealed record PaymentRequest([Required] Guid? AccountId, [Required] decimal? Amount, string? Reference);

/// <param name="Seq">The entry of the account's ledger that made it.</param>
internal sealed record PaymentView(Guid Id, Guid AccountId, BalanceReason Kind, decimal Amount, string Currency, long Seq);
