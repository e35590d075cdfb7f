namespace ActorTrading.Domain;

/// <summary>Which price of a quote is compared. <see cref="Mid"/> is for alerts; orders and stops use the other two.</summary>
public enum PriceSource { Bid, Ask, Mid }

/// <summary>When a threshold is reached. The last two are strict: the threshold itself does not reach it.</summary>
public enum TriggerDirection { AtOrAbove, AtOrBelow, Above, Below }

/// <summary>Names a trigger in a book.</summary>
/// <param name="OwnerId">The alert or account that armed it.</param>
/// <param name="Tag">What it is to its owner, e.g. an order's or position's id and role.</param>
public readonly record struct TriggerKey(Guid OwnerId, string Tag);

/// <summary>A threshold in a symbol's trigger book: fires once and is then gone.</summary>
/// <param name="Symbol">The symbol of the book.</param>
/// <param name="Source">The price compared.</param>
/// <param name="Direction">The side of the threshold on which it fires.</param>
/// <param name="Price">The threshold, in the quote currency.</param>
/// <param name="Key">Unique in the book.</param>
public sealed record PriceTrigger(string Symbol, PriceSource Source, TriggerDirection Direction, decimal Price, TriggerKey Key)
{
    /// <summary>The trigger sleeps until the first quote of this time (UTC) or later, or until the time of the quotes goes back; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Whether <paramref name="price"/> reaches the threshold.</summary>
    public bool IsReachedBy(decimal price) => Direction switch
    {
        TriggerDirection.AtOrAbove => price >= Price,
        TriggerDirection.AtOrBelow => price <= Price,
        TriggerDirection.Above => price > Price,
        _ => price < Price,
    };
}
