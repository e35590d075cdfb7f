using System.Text.Json;

namespace ActorTrading.Mt5.Wire;

/// <summary>
/// What an answer can be told apart by. The protocol has no correlation id: an answer is matched by order, and its shape is
/// the only proof that it answers what was asked.
/// </summary>
internal enum AnswerShape
{
    Unknown,

    /// <summary>A frame of no bytes: the history of an account without deals.</summary>
    Empty,

    /// <summary>Done, or an error: the keys are the same.</summary>
    Acknowledgement,
    Account,
    Balance,
    Positions,
    Orders,
    History,
    Deals,
    Trade,
}

internal static class AnswerShapes
{
    public static AnswerShape Of(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return AnswerShape.Unknown;
        if (root.TryGetProperty("retcode"u8, out _))
            return AnswerShape.Trade;
        if (root.TryGetProperty("positions"u8, out _))
            return AnswerShape.Positions;
        if (root.TryGetProperty("orders"u8, out _))
            return AnswerShape.Orders;
        if (root.TryGetProperty("trades"u8, out _))
            return AnswerShape.Deals;
        if (root.TryGetProperty("data"u8, out _))
            return AnswerShape.History;
        if (root.TryGetProperty("broker"u8, out _))
            return AnswerShape.Account;
        if (root.TryGetProperty("balance"u8, out _))
            return AnswerShape.Balance;
        return root.TryGetProperty("lastError"u8, out _) ? AnswerShape.Acknowledgement : AnswerShape.Unknown;
    }
}
