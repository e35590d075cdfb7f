using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>Turns an alert into thresholds of a trigger book, so that only quotes that matter to it are brought to it.</summary>
public static class AlertArming
{
    private const string UpTag = "up";
    private const string DownTag = "down";

    /// <summary>
    /// What to arm now, at most two triggers; to be armed anew after each observation and each rebase. For an alert on bar closes
    /// they belong in a book that is given the closes. Empty while nothing can make it fire.
    /// </summary>
    public static ImmutableArray<PriceTrigger> Arm(AlertDefinition definition, AlertState state)
    {
        if (state.Status != AlertStatus.Active || AlertLevels.Of(definition, state.Reference) is not { } levels)
            return [];
        int? zone = state.Previous is { } previous ? levels.ZoneOf(previous) : null;
        if (AlertEngine.TruthSet(definition.Condition) is not { } truth)
            return Leaving(definition, levels, zone);
        if (state.QuietUntil is { } wake)
            return Reaching(definition, levels, truth, null, wake);
        var waitsForEnd = definition.Trigger == AlertTrigger.EveryTime && state.Holding == true;
        return Reaching(definition, levels, waitsForEnd ? AlertLevels.Complement(truth) : truth, zone, null);
    }

    /// <summary>A condition on two prices must see every change of zone, whether or not that change fires.</summary>
    private static ImmutableArray<PriceTrigger> Leaving(AlertDefinition definition, AlertLevels levels, int? zone) => zone switch
    {
        < 0 => [Up(definition, levels.Low, false, null)],
        > 0 => [Down(definition, levels.High, false, null)],
        0 => [Down(definition, levels.Low, true, null), Up(definition, levels.High, true, null)],
        // No sample yet: whatever comes first is one.
        null => [Up(definition, levels.Low, false, null), Down(definition, levels.Low, true, null)],
    };

    private static ImmutableArray<PriceTrigger> Reaching(AlertDefinition definition, AlertLevels levels, PriceSet set, int? zone, DateTimeOffset? wake) => set switch
    {
        PriceSet.Above => [Up(definition, levels.High, true, wake)],
        PriceSet.AtOrAbove => [Up(definition, levels.Low, false, wake)],
        PriceSet.Below => [Down(definition, levels.Low, true, wake)],
        PriceSet.AtOrBelow => [Down(definition, levels.High, false, wake)],
        PriceSet.Outside => [Down(definition, levels.Low, true, wake), Up(definition, levels.High, true, wake)],
        _ => zone switch
        {
            < 0 => [Up(definition, levels.Low, false, wake)],
            > 0 => [Down(definition, levels.High, false, wake)],
            // From an unknown place both bounds are armed; one of them is hit at once and shows the place.
            _ => [Up(definition, levels.Low, false, wake), Down(definition, levels.High, false, wake)],
        },
    };

    private static PriceTrigger Up(AlertDefinition definition, decimal price, bool strict, DateTimeOffset? wake) =>
        new(definition.Symbol, definition.Price, strict ? TriggerDirection.Above : TriggerDirection.AtOrAbove, price, new TriggerKey(definition.Id, UpTag)) { NotBefore = wake };

    private static PriceTrigger Down(AlertDefinition definition, decimal price, bool strict, DateTimeOffset? wake) =>
        new(definition.Symbol, definition.Price, strict ? TriggerDirection.Below : TriggerDirection.AtOrBelow, price, new TriggerKey(definition.Id, DownTag)) { NotBefore = wake };
}
