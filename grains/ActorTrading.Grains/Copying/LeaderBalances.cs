using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>The leader's balance over time, for links with an equity-curve filter: read from the ledger when first asked for, then carried on.</summary>
internal sealed class LeaderBalances(ILedgerReader ledger, Guid accountId)
{
    private readonly Turnstile _reading = new();
    private readonly List<(DateTimeOffset At, decimal Balance)> _changes = [];
    private AccountState _state = AccountState.Empty;

    /// <summary>The balance at the last closes that the filter looks at, oldest first, as far as the ledger reaches now.</summary>
    public async Task<IReadOnlyList<decimal>> ClosesAsync(EquityCurveFilter filter, long upToSeq, DateTimeOffset now)
    {
        using (await _reading.EnterAsync())
        {
            if (_state.Seq < upToSeq)
            {
                await foreach (var entry in ledger.StreamAsync(accountId, _state.Seq))
                {
                    Add(entry);
                }
            }

            return BalanceCurve.LengthOf(filter.Timeframe) is { } length ? BalanceCurve.Closes(_changes, length, now, filter.Period) : [];
        }
    }

    private void Add(LedgerEntry entry)
    {
        var before = _state.Balance;
        _state = _state.Apply(entry);
        if (_state.Balance == before)
        {
            return;
        }

        // No close falls between two changes of one minute, the shortest timeframe.
        if (_changes.Count > 0 && Minute(_changes[^1].At) == Minute(entry.At))
        {
            _changes.RemoveAt(_changes.Count - 1);
        }

        _changes.Add((entry.At, _state.Balance));

        static long Minute(DateTimeOffset at) => (at.UtcTicks + TimeSpan.TicksPerMinute - 1) / TimeSpan.TicksPerMinute;
    }
}
