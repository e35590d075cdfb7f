namespace ActorTrading.Domain;

/// <summary>All that a copy decision may depend on: the same context always gives the same plan.</summary>
public sealed record CopyContext
{
    public required Guid LinkId { get; init; }
    public required LinkSettings Settings { get; init; }

    /// <summary>The entry of the leader's ledger that is offered.</summary>
    public required LedgerEntry LeaderEntry { get; init; }

    /// <summary>The leader's account without and with <see cref="LeaderEntry"/>.</summary>
    public required AccountState LeaderBefore { get; init; }
    public required AccountState LeaderAfter { get; init; }
    public required AccountState Follower { get; init; }

    /// <summary>The market as the leader's and as the follower's broker quotes it.</summary>
    public required IMarketView LeaderMarket { get; init; }
    public required IMarketView FollowerMarket { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Now { get; init; }
    public LinkRiskState Risk { get; init; } = LinkRiskState.Empty;

    /// <summary>Figures of <see cref="LeaderBefore"/>; computed where missing. Give them where many links decide about one entry.</summary>
    public AccountFigures? LeaderFigures { get; init; }

    /// <summary>The leader's balance at the last closes of the equity-curve filter's timeframe, oldest first; see <see cref="BalanceCurve"/>.</summary>
    public IReadOnlyList<decimal>? LeaderBalanceCloses { get; init; }
}
