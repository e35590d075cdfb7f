using ActorTrading.Api.Conventions;
using ActorTrading.Contracts;

namespace ActorTrading.Api.Trading;

/// <summary>A broker's no as an answer of the API.</summary>
public static class Refusals
{
    /// <exception cref="ApiException">404 where what was named is gone, 409 where somebody else was quicker, 503 where the broker could not be asked, else 422.</exception>
    public static TradeResult OrThrow(this TradeResult result) => result.Accepted ? result : throw ToException(result);

    private static ApiException ToException(TradeResult result)
    {
        var code = result.Code ?? RefusalCodes.Of(result.Retcode);
        var status = code switch
        {
            "ORDER_NOT_FOUND" or "POSITION_NOT_FOUND" => 404,
            "CLOSE_UNDER_WAY" or "CLIENT_ORDER_ID_REUSED" or "OPERATION_ID_REUSED" => 409,
            "BROKER_UNAVAILABLE" or "BROKER_BUSY" => 503,
            _ => 422,
        };
        return new(status, code, result.Message) { RetryAfter = status == 503 ? TimeSpan.FromSeconds(2) : null };
    }
}
