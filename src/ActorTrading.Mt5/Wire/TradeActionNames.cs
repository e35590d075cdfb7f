namespace ActorTrading.Mt5.Wire;

/// <summary>The protocol's actionType of each trade.</summary>
public static class TradeActionNames
{
    private static readonly (TradeAction Action, string Name)[] Names =
    [
        (TradeAction.Buy, "ORDER_TYPE_BUY"),
        (TradeAction.Sell, "ORDER_TYPE_SELL"),
        (TradeAction.BuyLimit, "ORDER_TYPE_BUY_LIMIT"),
        (TradeAction.SellLimit, "ORDER_TYPE_SELL_LIMIT"),
        (TradeAction.BuyStop, "ORDER_TYPE_BUY_STOP"),
        (TradeAction.SellStop, "ORDER_TYPE_SELL_STOP"),
        (TradeAction.PositionModify, "POSITION_MODIFY"),
        (TradeAction.PositionPartial, "POSITION_PARTIAL"),
        (TradeAction.PositionClose, "POSITION_CLOSE_ID"),
        (TradeAction.PositionCloseSymbol, "POSITION_CLOSE_SYMBOL"),
        (TradeAction.OrderModify, "ORDER_MODIFY"),
        (TradeAction.OrderCancel, "ORDER_CANCEL"),
    ];

    public static string Of(TradeAction action) => Names[(int)action].Name;

    public static TradeAction? Parse(string? name)
    {
        foreach (var entry in Names)
            if (entry.Name == name)
                return entry.Action;
        return null;
    }
}
