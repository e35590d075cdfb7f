using System.Globalization;

namespace ActorTrading.Domain;

/// <summary>A terminal's own price of a symbol, and how far it has gone since its levels were last set.</summary>
/// <param name="Quote">The newest.</param>
/// <param name="HighestBid">The highest bid since then, this quote's included.</param>
/// <param name="LowestAsk">The lowest ask since then, this quote's included.</param>
public readonly record struct TerminalPrice(Quote Quote, decimal HighestBid, decimal LowestAsk);

/// <summary>
/// Trailing stops of an account at a terminal. The protocol has none, so the stop is followed from here, at the terminal's own price:
/// each move is a change of the position's stop loss, asked for like any other. It begins, steps and measures as a paper account's
/// does; a stop is only ever tightened.
/// </summary>
public static class TerminalTrailing
{
    /// <summary>Where a stop next moves: at or beyond these prices <see cref="OnPrice"/> has to be asked.</summary>
    public static IReadOnlyList<PriceTrigger> WatchList(AccountState state, IMarketView market, BrokerSettings settings)
    {
        if (!state.IsOpen)
        {
            return [];
        }

        List<PriceTrigger>? triggers = null;
        foreach (var (id, position) in state.Positions)
        {
            if (position is { TrailingPoints: not null, BrokerTicket: > 0 } && market.FindInstrument(position.Symbol) is { } instrument
                && OrderTrigger.TrailingOf(position, instrument, settings) is { } trailing)
            {
                (triggers ??= []).Add(new PriceTrigger(position.Symbol, trailing.Source, trailing.Direction, trailing.Price,
                    new TriggerKey(state.AccountId, string.Create(CultureInfo.InvariantCulture, $"trail:{id:N}"))));
            }
        }

        triggers?.Sort(static (a, b) => string.CompareOrdinal(a.Key.Tag, b.Key.Tag));
        return triggers ?? (IReadOnlyList<PriceTrigger>)[];
    }

    /// <summary>The changes to ask the terminal for, oldest position first.</summary>
    /// <param name="allows">Whether a position may have this stop now, beyond the rules here.</param>
    public static IReadOnlyList<LedgerEvent> OnPrice(AccountState state, TerminalPrice price, IMarketView market, BrokerSettings settings, Func<Position, decimal, bool> allows)
    {
        if (!state.IsOpen || market.FindInstrument(price.Quote.Symbol) is not { } instrument)
        {
            return [];
        }

        var events = new List<LedgerEvent>();
        foreach (var position in state.Positions.Values.Where(p => p.Symbol == instrument.Symbol && p.TrailingPoints is not null && p.BrokerTicket > 0).OrderBy(p => p.OpenedAt).ThenBy(p => p.Id))
        {
            if (!IsBusy(state, position.Id) && NextStop(position, price, instrument, settings) is { } stop && allows(position, stop))
            {
                events.Add(new RequestSubmitted(new TerminalRequest
                {
                    Id = DeterministicId.Create(position.Id, $"trail:{state.Seq}"),
                    Kind = TerminalRequestKind.ModifyPosition,
                    PositionId = position.Id,
                    StopLoss = stop,
                    TakeProfit = position.TakeProfit,
                    TrailingPoints = position.TrailingPoints,
                    Reason = DealReason.TrailingStop,
                    AfterSeq = state.Seq + events.Count,
                }));
            }
        }

        return events;
    }

    /// <summary>The tighter stop that the price allows; null where the present one stays.</summary>
    public static decimal? NextStop(Position position, TerminalPrice price, Instrument instrument, BrokerSettings settings)
    {
        if (position.TrailingPoints is not { } points || OrderChecks.PositionFrozen(instrument, position, price.Quote) is not null)
        {
            return null;
        }

        var market = price.Quote.ClosePrice(position.Side);
        var best = position.Side == Side.Buy ? price.HighestBid : price.LowestAsk;

        // A peak that the market has left by more than the distance meanwhile is not taken: it may have been one bad price.
        return At(best) ?? At(market);

        decimal? At(decimal from)
        {
            var direction = position.Side == Side.Buy ? 1m : -1m;
            var point = instrument.Point;
            var stop = decimal.Round(from - direction * points * point, instrument.Digits);
            var room = (market - stop) * direction;
            var begins = (stop - position.OpenPrice) * direction >= 0m;
            var gains = position.StopLoss is not { } present || (stop - present) * direction >= Math.Max(1, settings.TrailingStepPoints) * point;
            return stop > 0m && begins && gains && room > 0m && room >= instrument.StopsLevelPoints * point ? stop : null;
        }
    }

    /// <summary>A change of the position is without answer, or it is being closed.</summary>
    private static bool IsBusy(AccountState state, Guid positionId) =>
        state.Requests.Values.Any(r => r.PositionId == positionId)
        || state.Orders.Values.Any(o => o.ClosesPositionId == positionId && o.Status == OrderStatus.Submitted);
}
