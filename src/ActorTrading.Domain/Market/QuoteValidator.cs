namespace ActorTrading.Domain;

/// <summary>What a validator says of a quote.</summary>
public enum QuoteVerdict
{
    Accepted,

    /// <summary>Bid or ask is zero or below, or beyond any instrument's price.</summary>
    NotAPrice,

    /// <summary>The ask is below the bid.</summary>
    Crossed,

    /// <summary>The spread is wider than any market's.</summary>
    TooWide,

    /// <summary>Older than the quote accepted before it.</summary>
    OutOfOrder,

    /// <summary>Later than the receiver's clock allows.</summary>
    FromTheFuture,

    /// <summary>Far from the quote accepted before it, and not yet confirmed by the following ones.</summary>
    UnconfirmedJump,

    /// <summary>Before 1970: a clock that was never set.</summary>
    NotATime,
}

/// <summary>How far a feed is trusted.</summary>
public sealed record QuotePolicy
{
    public static QuotePolicy Default { get; } = new();

    /// <summary>Largest change of the mid price from one quote to the next, as a fraction of it, that is taken at once.</summary>
    public decimal JumpFractionMax { get; init; } = 0.05m;

    /// <summary>Quotes in a row, near each other, that make a larger jump believed: a real gap must not silence the symbol.</summary>
    public int JumpConfirmations { get; init; } = 3;

    /// <summary>Largest spread as a fraction of the bid.</summary>
    public decimal SpreadFractionMax { get; init; } = 0.10m;

    /// <summary>How far a feed's clock may be ahead of the receiver's.</summary>
    public TimeSpan AheadMax { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>
/// Guards one symbol's quotes from one feed: one bad tick must not fire stops. Equal times are in order, as feeds send several quotes
/// in a millisecond. Remembers the last quote accepted. Not thread-safe.
/// </summary>
public sealed class QuoteValidator(QuotePolicy policy)
{
    private decimal _candidateMid;
    private int _candidates;

    public QuoteValidator() : this(QuotePolicy.Default) { }

    public Quote? Last { get; private set; }

    /// <summary>Judges a quote and remembers it when accepted.</summary>
    /// <param name="now">The receiver's clock, UTC.</param>
    public QuoteVerdict Check(in Quote quote, DateTimeOffset now)
    {
        if (quote.Bid <= 0 || quote.Ask <= 0 || quote.Ask > OrderChecks.PriceMax || quote.Bid > OrderChecks.PriceMax) return QuoteVerdict.NotAPrice;
        if (quote.Ask < quote.Bid) return QuoteVerdict.Crossed;
        if (quote.Ask - quote.Bid > quote.Bid * policy.SpreadFractionMax) return QuoteVerdict.TooWide;
        if (quote.Time < DateTimeOffset.UnixEpoch) return QuoteVerdict.NotATime;
        if (quote.Time - now > policy.AheadMax) return QuoteVerdict.FromTheFuture;
        if (Last is { } last)
        {
            if (quote.Time < last.Time) return QuoteVerdict.OutOfOrder;
            if (IsFar(quote.Mid, last.Mid) && !IsConfirmed(quote.Mid)) return QuoteVerdict.UnconfirmedJump;
        }
        _candidates = 0;
        Last = quote;
        return QuoteVerdict.Accepted;
    }

    private bool IsFar(decimal mid, decimal from) => Math.Abs(mid - from) > from * policy.JumpFractionMax;

    private bool IsConfirmed(decimal mid)
    {
        _candidates = _candidates > 0 && !IsFar(mid, _candidateMid) ? _candidates + 1 : 1;
        _candidateMid = mid;
        return _candidates >= policy.JumpConfirmations;
    }
}
