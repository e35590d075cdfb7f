using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>What a follower's account remembers of its links beyond its positions. A fold over its ledger, part of <see cref="AccountState"/>.</summary>
public sealed record CopyBook
{
    public static CopyBook Empty { get; } = new();

    public ImmutableDictionary<Guid, LinkBook> Links { get; init; } = ImmutableDictionary<Guid, LinkBook>.Empty;
}

/// <summary>One link's part.</summary>
public sealed record LinkBook
{
    public static LinkBook Empty { get; } = new();

    /// <summary>How many of the leader's pending orders are remembered; beyond it the oldest is forgotten.</summary>
    public const int MirroredOrdersMax = 256;

    /// <summary>Profit, commission and swap realised by the link's deals, in the account's currency.</summary>
    public decimal Realized { get; init; }

    /// <summary>In netting mode: the parts of the symbols' positions that belong to the link, oldest first. Empty in hedging mode.</summary>
    public ImmutableArray<CopyShare> Shares { get; init; } = [];

    /// <summary>The leader's pending orders that were mirrored, oldest first: one that is gone here is not entered again when the leader's fills.</summary>
    public ImmutableArray<Guid> MirroredOrders { get; init; } = [];
}

/// <summary>A link's part of a netting position. Volumes in lots.</summary>
/// <param name="LeaderPositionId">The leader's position that it follows; null when it came of a pending order.</param>
/// <param name="LeaderOrderId">The leader's pending order that it came of, if any.</param>
/// <param name="PeakVolume">The largest volume that it has had.</param>
/// <param name="OpenPrice">Volume-weighted price of its entries, to ten digits.</param>
public sealed record CopyShare(string Symbol, Side Side, decimal Volume, decimal PeakVolume, decimal OpenPrice, Guid? LeaderPositionId, Guid? LeaderOrderId, DateTimeOffset OpenedAt)
{
    internal decimal Signed => Side == Side.Buy ? Volume : -Volume;
}
