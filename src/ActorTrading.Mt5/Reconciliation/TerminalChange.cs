using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>One difference between two snapshots of a terminal.</summary>
public abstract record TerminalChange
{
    private TerminalChange() { }

    /// <summary>An execution that the earlier snapshot did not have.</summary>
    public sealed record Executed(TerminalDeal Deal) : TerminalChange;

    /// <summary>Money moved: deposit, withdrawal, credit, correction.</summary>
    public sealed record MoneyMoved(TerminalDeal Deal) : TerminalChange;

    public sealed record PositionOpened(TerminalPosition Position) : TerminalChange;

    /// <param name="Position">As it was last seen.</param>
    public sealed record PositionClosed(TerminalPosition Position) : TerminalChange;

    /// <summary>
    /// Enlarged, reduced or (netting) reversed; or both enlarged and reduced in between, so that only its average price tells.
    /// </summary>
    public sealed record PositionResized(TerminalPosition Before, TerminalPosition After) : TerminalChange;

    /// <summary>SL or TP changed.</summary>
    public sealed record PositionModified(TerminalPosition Before, TerminalPosition After) : TerminalChange;

    public sealed record OrderPlaced(TerminalOrder Order) : TerminalChange;

    /// <summary>Filled, cancelled or expired; a deal beside it tells which.</summary>
    public sealed record OrderRemoved(TerminalOrder Order) : TerminalChange;

    public sealed record OrderModified(TerminalOrder Before, TerminalOrder After) : TerminalChange;
}
