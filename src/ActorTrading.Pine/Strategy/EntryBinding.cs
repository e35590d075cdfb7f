namespace ActorTrading.Pine.Strategy;

/// <summary>
/// One filled entry as exits and pyramiding see it. Trades close first in, first out, whatever entry an exit names; the entry
/// keeps its slot and its brackets until the quantity closed in its own name is used up.
/// </summary>
internal struct EntryBinding
{
    public int Seq;
    public string Id;
    public int Sign;
    public double InitialQty;
    public double Bound;
    public double Price;
    /// <summary>Opened by an exit that outlived its position: takes its bracket before the others.</summary>
    public bool OpenedByExit;
}
