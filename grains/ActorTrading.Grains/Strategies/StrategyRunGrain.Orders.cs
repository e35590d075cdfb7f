using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>The run's orders: each stored, sent, and its outcome stored, one after the other.</summary>
public sealed partial class StrategyRunGrain
{
    /// <summary>Orders of one step; the rest follows a second later.</summary>
    private const int OrdersPerStepMax = 20;

    /// <summary>After a refusal.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>After a refusal because the market is closed, of a run that is to be flat.</summary>
    private static readonly TimeSpan ClosedRetryAfter = TimeSpan.FromMinutes(15);

    // The last refusal was for a closed market: until when that is believed, and the quote of then.
    private (long Until, Quote? Quote)? _closedMarket;

    /// <summary>After the end of its bar an order of before an interruption is not sent any more.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(2);

    /// <summary>Before it is forgotten here, it is not taken on any more there, whatever it may be waiting behind; longer than clocks differ.</summary>
    private static readonly TimeSpan RefusedBefore = TimeSpan.FromSeconds(30);

    private IAccountGrain Account => GrainFactory.GetGrain<IAccountGrain>(_run!.AccountId);

    /// <summary>Sends what is missing between what is held and what is wanted.</summary>
    /// <param name="forming">The bar that asked for it; null where no bar did.</param>
    /// <returns>False where an outcome is not known yet.</returns>
    private async Task<bool> SendAsync(decimal target, DateTimeOffset barTime, BarRow? forming)
    {
        for (var i = 0; i < OrdersPerStepMax && _run is not null; i++)
        {
            if (_book.Pending is { } earlier)
            {
                if (await IsForgottenAsync(earlier))
                {
                    await SaveAsync(_book.Forgotten());
                }
                else
                {
                    await ForgetLostPartAsync(earlier);
                }
            }

            if (await NextAsync(target, barTime, forming) is not { } order)
            {
                return true;
            }

            // Sent again, it is the same order: the account answers with what became of it.
            var result = await SendAsync(order);
            var made = result.Order ?? (await orders.FindAsync(_run.UserId, order.IdFor(Id)))?.Row;
            var code = result.Accepted ? null : result.Code ?? RefusalCodes.Of(result.Retcode);
            if (made is { IsFinal: false } || (made is null && code is null or "BROKER_UNAVAILABLE" or "BROKER_BUSY" or "CLOSE_UNDER_WAY"))
            {
                return false;
            }

            var filled = made?.FilledVolume ?? 0;
            await SaveAsync(After(order, filled, code));
            var refused = filled == 0 && code != "POSITION_NOT_FOUND";
            if (refused)
            {
                _restUntil = Math.Max(_restUntil, TimestampIn(RetryAfter));
                _closedMarket = code is "MARKET_CLOSED" or "NO_QUOTE" ? (TimestampIn(ClosedRetryAfter), await QuoteAsync()) : null;
            }

            await GrainFactory.GetGrain<IUserGrain>(_run.UserId).PublishAsync(StrategyMessages.Signal(_run, order, made, code, result.Message));
            if (code == "ACCOUNT_NOT_FOUND")
            {
                await EndAsync("failed", "The account is closed.");
            }

            if (refused)
            {
                return true;
            }
        }

        return true;
    }

    private long TimestampIn(TimeSpan wait) => clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency);

    /// <summary>The order under way, or the next one, stored as about to be sent; null where nothing is to be done.</summary>
    private async Task<RunOrder?> NextAsync(decimal target, DateTimeOffset barTime, BarRow? forming)
    {
        if (_book.Pending is { } pending)
        {
            return pending;
        }

        var book = _book.Wanting(target, barTime);
        AccountState? account = null;
        if (book.Reduces(target) || (_settings.Mode == PositionMode.Netting && book.Net != 0 && book.Next(target, barTime, _instrument.VolumeMax) is not null))
        {
            // Also before a share is added to: what somebody has closed is none of it, and what is added begins another position.
            account = await Account.GetStateAsync();
            book = book.Seeing(account, _run!.Symbol).Wanting(target, barTime);
            if (book.Held != _book.Held && forming is not null)
            {
                // Closed at the broker at a price of this bar, perhaps: a process that forgets it must not buy back.
                book = book.Noting(forming) with { Aim = target };
            }
        }

        if (book.Next(target, barTime, _instrument.VolumeMax) is not { } order)
        {
            if (book != _book)
            {
                await SaveAsync(book);
            }

            return null;
        }

        if (_settings.Mode == PositionMode.Netting && order.Closes is null && book.Net == 0)
        {
            book = book with { Beside = RunBook.SignedIn(account ?? await Account.GetStateAsync(), _run!.Symbol) };
        }

        await SaveAsync(book.Sending(order with { Position = PositionFor(order, account) }, _newest, forming));
        return _book.Pending;
    }

    /// <summary>
    /// A netting position is closed as such where it goes as a whole. A part is taken out by an opposite order, as terminals close in
    /// part only where positions are hedged; the position has just been seen to be larger.
    /// </summary>
    private Guid? PositionFor(RunOrder order, AccountState? account) =>
        order.Closes is null ? null
        : _settings.Mode == PositionMode.Hedging ? order.Closes
        : account?.Positions.Values.FirstOrDefault(p => p.Symbol == _run!.Symbol && p.Volume == order.Volume && p.Side != order.Side)?.Id;

    private RunBook After(RunOrder order, decimal filled, string? code) =>
        filled > 0 ? _book.Filled(filled, _settings.Mode == PositionMode.Netting && _book.Held.Count > 0 ? _book.Held[0].PositionId : order.IdFor(Id))
        : code == "POSITION_NOT_FOUND" ? _book.Gone()
        : _book.Refused(code is "REQUOTE" or "NO_QUOTE" or "MARKET_CLOSED" or "FROZEN" or "BROKER_UNAVAILABLE" or "BROKER_BUSY" or "TOO_MANY_ORDERS");

    /// <summary>Whether the account has the order, and has no outcome yet: it is asked once more.</summary>
    private async Task<bool> IsUnderWayAsync(RunOrder order) =>
        (await orders.FindAsync(_run!.UserId, order.IdFor(Id)))?.Row is { IsFinal: false } && (await SendAsync(order)).Order is not { IsFinal: true };

    /// <summary>Notes what became of the order under way, without sending anything.</summary>
    private async Task NoteOutcomeAsync()
    {
        if (_book.Pending is { } order && (await orders.FindAsync(_run!.UserId, order.IdFor(Id)))?.Row is { IsFinal: true } made)
        {
            await SaveAsync(After(order, made.FilledVolume, null));
        }
    }

    /// <summary>
    /// Drops an order that was to take a part out of a netting position and has not reached the account, where the part has gone meanwhile,
    /// by a stop loss perhaps: it would open a position.
    /// </summary>
    private async Task ForgetLostPartAsync(RunOrder order)
    {
        if (_settings.Mode != PositionMode.Netting || order is not { Closes: not null, Position: null })
        {
            return;
        }

        // First what is there, then whether the order is: one that fills in between is not what somebody else has closed.
        var seen = _book.Seeing(await Account.GetStateAsync(), _run!.Symbol);
        if (seen.Held != _book.Held && await orders.FindAsync(_run.UserId, order.IdFor(Id)) is null)
        {
            await SaveAsync(seen.Forgotten());
        }
    }

    /// <summary>Whether a refused close waits for its market: until that is open and a quote has come, or for a while, as a broker may keep other hours.</summary>
    private async Task<bool> AwaitsMarketAsync() =>
        _closedMarket is var (until, quote) && clock.GetTimestamp() < until && (!_instrument.Schedule.IsOpen(clock.GetUtcNow()) || await QuoteAsync() == quote);

    private async Task<Quote?> QuoteAsync() => (await GrainFactory.GetGrain<ISymbolGrain>(_run!.Symbol).GetQuoteAsync()).Quote;

    /// <summary>Whether an order from before an interruption never reached the account's ledger and its moment has passed.</summary>
    private async Task<bool> IsForgottenAsync(RunOrder order) =>
        clock.GetUtcNow() > ForgottenAt(order) && await orders.FindAsync(_run!.UserId, order.IdFor(Id)) is null;

    private DateTimeOffset ForgottenAt(RunOrder order) => _timeframe.PeriodOf(order.BarTime, feeds.TradingDay).End + ForgetAfter;

    private async Task<TradeResult> SendAsync(RunOrder order)
    {
        var id = order.IdFor(Id);

        // Orders stored before positions were named close those of hedging accounts by the holding.
        if ((order.Position ?? (_settings.Mode == PositionMode.Hedging ? order.Closes : null)) is { } position)
        {
            return await Account.ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), position, order.Volume) { Reason = DealReason.Strategy });
        }

        // An order that adds to a netting position gives it its own levels: without these, a stop loss that its user has set would be gone.
        var added = _settings.Mode == PositionMode.Netting && order.Closes is null
            ? (await Account.GetStateAsync()).Positions.Values.FirstOrDefault(p => p.Symbol == _run!.Symbol && p.Side == order.Side)
            : null;
        return await Account.PlaceAsync(new PlaceOrder
        {
            OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = _run!.Symbol, Side = order.Side, Type = OrderType.Market, Volume = order.Volume, Comment = "strategy",
            Reason = DealReason.Strategy, StopLoss = added?.StopLoss, TakeProfit = added?.TakeProfit, TrailingPoints = added?.TrailingPoints,
            NotAfter = ForgottenAt(order) - RefusedBefore,
        });
    }
}
