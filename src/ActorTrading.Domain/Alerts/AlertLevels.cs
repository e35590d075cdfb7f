namespace ActorTrading.Domain;

/// <summary>The set of prices in which a level-triggered condition holds, or that is waited for.</summary>
internal enum PriceSet { Above, AtOrBelow, Below, AtOrAbove, Inside, Outside }

/// <summary>The bounds that an alert compares with; one level is a channel of no width.</summary>
internal readonly record struct AlertLevels(decimal Low, decimal High)
{
    /// <summary>Null for a moving condition that has no reference yet.</summary>
    public static AlertLevels? Of(AlertDefinition definition, decimal? reference)
    {
        if (definition.IsChannel)
            return new AlertLevels(definition.Value, definition.Value2 ?? definition.Value);
        if (!definition.IsMoving)
            return new AlertLevels(definition.Value, definition.Value);
        if (reference is not { } close)
            return null;
        // The percentages are solved for the price, so that judging a quote and arming a threshold cannot round differently.
        var level = definition.Condition switch
        {
            AlertCondition.MovingUp => close + definition.Value,
            AlertCondition.MovingDown => close - definition.Value,
            AlertCondition.MovingUpPct => close * (100m + definition.Value) / 100m,
            _ => close * (100m - definition.Value) / 100m,
        };
        return new AlertLevels(level, level);
    }

    /// <summary>-1 below, 0 between (bounds included), 1 above.</summary>
    public int ZoneOf(decimal price) => price < Low ? -1 : price > High ? 1 : 0;

    public static bool Contains(PriceSet set, int zone) => set switch
    {
        PriceSet.Above => zone > 0,
        PriceSet.AtOrBelow => zone <= 0,
        PriceSet.Below => zone < 0,
        PriceSet.AtOrAbove => zone >= 0,
        PriceSet.Inside => zone == 0,
        _ => zone != 0,
    };

    public static PriceSet Complement(PriceSet set) => set switch
    {
        PriceSet.Above => PriceSet.AtOrBelow,
        PriceSet.AtOrBelow => PriceSet.Above,
        PriceSet.Below => PriceSet.AtOrAbove,
        PriceSet.AtOrAbove => PriceSet.Below,
        PriceSet.Inside => PriceSet.Outside,
        _ => PriceSet.Inside,
    };
}
