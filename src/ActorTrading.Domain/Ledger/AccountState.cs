using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>
/// An account after some prefix of its ledger: the fold of <see cref="Apply"/> over the entries, and nothing else.
/// Immutable, so that a decision can be tried and thrown away.
/// </summary>
public sealed partial record AccountState
{
    public static AccountState Empty { get; } = new();

    public Guid AccountId { get; init; }
    public Guid UserId { get; init; }
    public string Name { get; init; } = "";
    public AccountKind Kind { get; init; }
    public PositionMode Mode { get; init; }
    public string Currency { get; init; } = "USD";
    public int Leverage { get; init; } = 100;

    /// <summary>Sequence of the last entry folded; 0 before any.</summary>
    public long Seq { get; init; }
    public bool IsOpen { get; init; }

    /// <summary>Deposits less withdrawals plus realised profit, commission and swap.</summary>
    public decimal Balance { get; init; }
    public decimal Credit { get; init; }

    /// <summary>What was moved into the balance less what was moved out, corrections among it: what of the balance trading did not make.</summary>
    public decimal Transfers { get; init; }

    /// <summary>Submitted and resting orders, by id. Final ones are forgotten here; their projection remains.</summary>
    public ImmutableDictionary<Guid, Order> Orders { get; init; } = ImmutableDictionary<Guid, Order>.Empty;
    public ImmutableDictionary<Guid, Position> Positions { get; init; } = ImmutableDictionary<Guid, Position>.Empty;

    /// <summary>The round trips of the open positions, by position id, with their running totals; and closed ones whose order may still fill.</summary>
    public ImmutableDictionary<Guid, Trade> OpenTrades { get; init; } = ImmutableDictionary<Guid, Trade>.Empty;

    /// <summary>The orders last submitted, by client order id, and the movements of money that had an id.</summary>
    public RecentOrders RecentOrders { get; init; } = RecentOrders.Empty;

    /// <summary>The order of <see cref="RecentOrders"/>, oldest first, for a process of a version whose own are in none.</summary>
    public IReadOnlyCollection<string> RecentOrderIds
    {
        get => [.. RecentOrders.Keys];
        init => RecentOrders = RecentOrders.InOrder(value);
    }

    /// <summary>A margin call has been announced and not yet taken back.</summary>
    public bool InMarginCall { get; init; }

    /// <summary>By link: the sequence of the last leader entry decided.</summary>
    public ImmutableDictionary<Guid, long> CopyCursors { get; init; } = ImmutableDictionary<Guid, long>.Empty;
}
