using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Pine.Strategy;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>
/// The script's stops as stop losses at the broker. The run goes on working them itself; these stand for it while the process or the
/// terminal is away, and are quicker than a look a second. A stop loss that is not the run's own is its user's, and left alone.
/// </summary>
public sealed partial class StrategyRunGrain
{
    /// <summary>A trailing stop moves with every tick; the broker is told this often. Also after a refusal.</summary>
    private static readonly TimeSpan StopsRest = TimeSpan.FromSeconds(5);

    // The script's levels that have been seen to, by position.
    private readonly Dictionary<Guid, decimal?> _stopsDone = [];
    private long _stopsRestUntil;

    // Told once, though it is tried again and again.
    private string? _stopRefused;

    private async Task ProtectAsync(IReadOnlyList<StopLevel> stops)
    {
        if (_run is null || _book.Pending is not null)
        {
            return;
        }

        var changed = RunStops.Of(_book, stops, _instrument, _settings.Mode == PositionMode.Netting).Where(s => !_stopsDone.TryGetValue(s.PositionId, out var done) || done != s.Level).ToList();
        if (changed.Count == 0 || (clock.GetTimestamp() < _stopsRestUntil && (_stopRefused is not null || changed.TrueForAll(IsTighter))))
        {
            return;
        }

        _stopsRestUntil = TimestampIn(StopsRest);
        var refusedBefore = _stopRefused;
        _stopRefused = null;
        foreach (var gone in _stopsDone.Keys.Where(id => !_book.Held.Exists(h => h.PositionId == id)).ToList())
        {
            _stopsDone.Remove(gone);
        }

        var account = await Account.GetStateAsync();
        var spread = _book.Net < 0 && await QuoteAsync() is { } quote ? quote.Ask - quote.Bid : 0;
        foreach (var (id, level) in changed)
        {
            if (!account.Positions.TryGetValue(id, out var position))
            {
                // Closed by somebody else: there is nothing to protect.
                _stopsDone[id] = level;
                continue;
            }

            // Bars are of bids. A short is stopped by the ask: so that it is not before the script's time, by the spread later.
            await ProtectAsync(position, level, IsWhollyHeld(account) ? level + spread : null);
        }

        if (_stopRefused is not null && refusedBefore is null)
        {
            log.LogWarning("Run {Id} could not give its position a stop loss and tries again while quotes come: {Reason}", Id, _stopRefused);
        }
    }

    /// <summary>What a stop loss closes is the run's alone.</summary>
    private bool IsWhollyHeld(AccountState account) => _settings.Mode == PositionMode.Hedging || RunBook.SignedIn(account, _run!.Symbol) == _book.Net;

    private async Task ProtectAsync(Position position, decimal? level, decimal? stopLoss)
    {
        var before = position.StopLoss;
        var known = _book.Stops.Find(s => s.PositionId == position.Id) ?? new RunStop(position.Id, null, null);
        if (known.IsOurs(before))
        {
            if (before != stopLoss)
            {
                // Known to be ours before it is there: a process that ends in between would take it for its user's.
                await SaveAsync(_book.Protecting(known = new RunStop(position.Id, stopLoss, before)));
                var result = await Account.ModifyPositionAsync(new ModifyPosition(position.Id, stopLoss, position.TakeProfit, position.TrailingPoints)
                {
                    Keeps = KeptValues.TakeProfit | KeptValues.TrailingPoints,
                    Reason = DealReason.Strategy,
                });

                // A terminal may not have answered yet: the next look finds out.
                if (result.Retcode != Retcode.NoChanges && (!result.Accepted || result.Retcode == Retcode.Placed))
                {
                    _stopRefused = result.Message;
                    return;
                }
            }

            // From now on, what stood there before would be its user's doing.
            if (known != known with { Before = stopLoss })
            {
                await SaveAsync(_book.Protecting(known with { Before = stopLoss }));
            }
        }

        _stopsDone[position.Id] = level;
    }

    /// <summary>Nearer to the price than what stands: that may wait. What is given up or moved away must not close the position meanwhile.</summary>
    private bool IsTighter((Guid PositionId, decimal? Level) stop) =>
        _stopsDone.TryGetValue(stop.PositionId, out var done) && done is { } old && stop.Level is { } level && (_book.Net > 0 ? level > old : level < old);
}
