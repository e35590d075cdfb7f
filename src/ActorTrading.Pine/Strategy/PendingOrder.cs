namespace ActorTrading.Pine.Strategy;

internal enum OrderKind
{
    /// <summary>strategy.entry: reverses, obeys pyramiding.</summary>
    Entry,
    /// <summary>strategy.order: nets.</summary>
    Raw,
    /// <summary>strategy.exit: one leg of a bracket, bound to one entry.</summary>
    Exit,
    /// <summary>strategy.close, strategy.close_all and forced closes: never reverses.</summary>
    Close,
}

internal enum FillReason { Market, Limit, Stop, Trail }

/// <summary>An order the emulator holds. Prices are NaN where absent.</summary>
internal sealed class PendingOrder
{
    public OrderKind Kind;
    public string Id = "";
    /// <summary>Of exits and closes the entry they belong to; null means the whole position.</summary>
    public string? FromEntry;
    public int Sign;
    /// <summary>Contracts, without <see cref="Flip"/>.</summary>
    public double Qty;
    /// <summary>Size of the opposite position when a priced entry was placed: filled on top.</summary>
    public double Flip;
    public double Limit, Stop;
    public string? Oca;
    public OcaType OcaType;
    public string? Comment, CommentProfit, CommentLoss, CommentTrailing;
    public string? Alert, AlertProfit, AlertLoss, AlertTrailing;
    public bool Market;
    public int PlacedBar;
    /// <summary>Script execution in which it was placed.</summary>
    public long PlacedTick;
    /// <summary>Removed from the book while a pass over it is under way.</summary>
    public bool Gone;
    /// <summary>The stop of a stop-limit entry has been touched.</summary>
    public bool StopTouched;

    // Sizing at the fill
    public bool DefaultSized;
    public double Budget;
    /// <summary>Replaces an order of this same execution: its quantity no longer grows by the opposite position.</summary>
    public bool NoFlip;
    /// <summary>A later entry of the same execution reverses the position in its place.</summary>
    public bool YieldsFlip;

    // Exits
    public double ProfitTicks, LossTicks, TrailPoints, TrailOffset, TrailPrice, GivenTrailPrice;
    public bool HasTrail, TrailArmed;
    public double TrailStop;
    /// <summary>The filled entry this leg is bound to; 0 while the entry is pending.</summary>
    public int EntrySeq;
    /// <summary>Written without from_entry.</summary>
    public bool AnyEntry;
    public double Reserved, BoundAtReservation;

    public bool Rest, Immediately;
    /// <summary>Has closed its share; kept so that the share stays taken until the entry is closed.</summary>
    public bool Consumed;
    /// <summary>Put to sleep by a reversal that was refused: it fills nothing until it is sent again.</summary>
    public bool Dormant;
    /// <summary>Locked into the orders that fill at this bar's open.</summary>
    public bool GapCommitted;
    /// <summary>Point of the bar at which a market order placed by a recalculation fills.</summary>
    public int FillNode;
    /// <summary>Placed inside the bar by a recalculation.</summary>
    public bool Recalculated;

    public double SignedQty => Sign * (Qty + Flip);
    public bool Opens => Kind <= OrderKind.Raw;
    public bool StopLimit => Opens && !double.IsNaN(Stop) && !double.IsNaN(Limit);

    public void Reset()
    {
        (Id, FromEntry, Oca, OcaType) = ("", null, null, OcaType.None);
        (Comment, CommentProfit, CommentLoss, CommentTrailing) = (null, null, null, null);
        (Alert, AlertProfit, AlertLoss, AlertTrailing) = (null, null, null, null);
        (Limit, Stop, ProfitTicks, LossTicks, TrailPoints, TrailPrice, GivenTrailPrice, TrailStop) =
            (double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        (Qty, Flip, Budget, TrailOffset, Reserved, BoundAtReservation) = (0, 0, 0, 0, 0, 0);
        (Market, Gone, StopTouched, DefaultSized, NoFlip, HasTrail, TrailArmed, AnyEntry, Rest, Consumed, GapCommitted) =
            (false, false, false, false, false, false, false, false, false, false, false);
        Immediately = Recalculated = YieldsFlip = Dormant = false;
        EntrySeq = FillNode = 0;
    }

    public string? CommentFor(FillReason reason) => FirstSet(reason switch
    {
        FillReason.Limit => CommentProfit,
        FillReason.Stop => CommentLoss,
        FillReason.Trail => CommentTrailing,
        _ => null,
    }, Comment);

    public string? AlertFor(FillReason reason) => FirstSet(reason switch
    {
        FillReason.Limit => AlertProfit,
        FillReason.Stop => AlertLoss,
        FillReason.Trail => AlertTrailing,
        _ => null,
    }, Alert);

    private static string? FirstSet(string? special, string? general) => string.IsNullOrEmpty(special) ? general : special;
}
