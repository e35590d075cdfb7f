namespace ActorTrading.Pine.Strategy;

/// <summary>Side of an entry or a position; the value is the sign of the quantity.</summary>
public enum Direction { Short = -1, Long = 1 }

/// <summary>What a fill does to the other orders of its group (<c>strategy.oca.*</c>).</summary>
public enum OcaType { None, Cancel, Reduce }

/// <summary>Meaning of <c>default_qty_value</c>.</summary>
public enum QuantityType
{
    /// <summary>Contracts, shares or units.</summary>
    Fixed,
    /// <summary>Account currency.</summary>
    Cash,
    /// <summary>Percent of the equity at the time the quantity is fixed.</summary>
    PercentOfEquity,
}

/// <summary>Meaning of <c>commission_value</c>.</summary>
public enum CommissionType
{
    /// <summary>Percent of the traded value.</summary>
    Percent,
    /// <summary>Account currency per contract.</summary>
    CashPerContract,
    /// <summary>Account currency per order.</summary>
    CashPerOrder,
}

/// <summary>Which open trades an exit reduces first.</summary>
public enum CloseEntriesRule { Fifo, Any }

/// <summary>Directions that entries may open (<c>strategy.risk.allow_entry_in</c>).</summary>
public enum AllowedDirection { All, Long, Short }

/// <summary>Unit of a risk limit's value.</summary>
public enum RiskUnit { Cash, PercentOfEquity }
