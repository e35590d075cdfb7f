using System.Collections.Immutable;
using ActorTrading.Domain;
using Orleans;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>
/// A run of a leader's ledger with the account as it was before it. Many links are offered the same one, so what follows from it alone
/// is computed once in a process and kept with it.
/// </summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.LeaderStretch")]
public sealed record LeaderStretch(
    [property: Id(0)] AccountState Before,
    [property: Id(1)] ImmutableArray<LedgerEntry> Entries,
    [property: Id(2)] DateTimeOffset CommittedAt)
{
    [NonSerialized]
    private AccountState[]? _states;

    [NonSerialized]
    private AccountFigures? _figures;

    public long LastSeq => Entries[^1].Seq;

    /// <summary>The leader's account without the entry of this index; with an index of their number, after all of them.</summary>
    public AccountState StateAt(int index) => (_states ??= Fold())[index];

    /// <summary>Figures of <see cref="Before"/> when they were first asked for: all links size by the same moment.</summary>
    public AccountFigures FiguresBefore(IMarketView market) => _figures ??= AccountFigures.Of(Before, market);

    public bool Equals(LeaderStretch? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => HashCode.Combine(Before.AccountId, LastSeq);

    private AccountState[] Fold()
    {
        var states = new AccountState[Entries.Length + 1];
        states[0] = Before;
        for (var i = 0; i < Entries.Length; i++)
        {
            states[i + 1] = states[i].Apply(Entries[i]);
        }

        return states;
    }
}
