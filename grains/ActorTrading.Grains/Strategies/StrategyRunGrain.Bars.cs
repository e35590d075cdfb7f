using ActorTrading.Contracts;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using PineBar = ActorTrading.Pine.Bars.Bar;

namespace ActorTrading.Grains;

/// <summary>The bars that a run reads, and what its script wants on them.</summary>
public sealed partial class StrategyRunGrain
{
    /// <summary>Appends what has closed since the last bar known; answers the bar that forms.</summary>
    private async Task<BarRow?> ReadBarsAsync()
    {
        var symbol = GrainFactory.GetGrain<ISymbolGrain>(_run!.Symbol);
        if (!_hasPages)
        {
            // One that could not be read is read again: a history with a hole is another history.
            await ReadPagesAsync();
            _hasPages = true;
        }

        var rows = await symbol.GetBarsAsync(new BarQuery(_run.Timeframe, Unread, null, CandleStore.BarsMax));
        if (_closed.Count + rows.Length > BarsMax)
        {
            await EndAsync("failed", $"The run has come to {BarsMax} bars: start it again.");
            return null;
        }

        // A bar has closed when the next one has begun, and stays so when a restart has lost that next one.
        foreach (var (row, isLast) in rows.Select((row, i) => (row, i == rows.Length - 1)))
        {
            if (isLast && !(row.Time <= _book.Cursor))
            {
                return Mended(row);
            }

            var closed = Mended(row);
            if (_path.Time == row.Time)
            {
                // To its very end: what it reached after the last look counts as seen.
                _path.See(closed);
                _seenAtClose = await WantedAsync(closed) is { Error: null } last ? (row.Time, last.Wanted.Units) : null;
            }

            _closed.Add(Of(closed));
            _newest = row.Time;
        }

        return null;
    }

    /// <summary>
    /// The bar with what an order's moment saw of it. After a process was killed within it the stored bar begins later, and the script would
    /// not find the price at which it traded: the run would trade back.
    /// </summary>
    private BarRow Mended(BarRow row)
    {
        if (_book.Seen.Find(b => b.Time == row.Time) is not { } seen || (seen.Open == row.Open && seen.High <= row.High && seen.Low >= row.Low))
        {
            return row;
        }

        _mended.Add(row.Time);
        return row with { Open = seen.Open, High = Math.Max(seen.High, row.High), Low = Math.Min(seen.Low, row.Low), Volume = Math.Max(seen.Volume, row.Volume) };
    }

    /// <summary>A long run's history comes in pages, of which a symbol gives the newest: those before it are stored ones, and closed.</summary>
    private async Task ReadPagesAsync()
    {
        while (_closed.Count <= BarsMax && await candles.ReadAsync(_run!.Symbol, _timeframe, Unread, null, CandleStore.BarsMax) is { Count: CandleStore.BarsMax } page)
        {
            foreach (var bar in page.SkipLast(1))
            {
                _closed.Add(Of(Mended(new BarRow(bar.Time, bar.Open, bar.High, bar.Low, bar.Close, bar.TickVolume))));
                _newest = bar.Time;
            }
        }
    }

    /// <summary>From where bars are still to be read.</summary>
    private DateTimeOffset Unread => _newest?.AddMilliseconds(1) ?? _settings.HistoryFrom;

    /// <returns>Or why the run cannot go on, for its user.</returns>
    private async Task<(Wanted Wanted, string? Error)> WantedAsync(BarRow forming)
    {
        try
        {
            var wanted = await _script!.WantedAsync(_closed.Build(PineSymbols.Of(_timeframe)), Of(forming), _path.Stretches);
            return (wanted, wanted.Error is { } error ? $"{error.Message} (line {error.Line}, column {error.Column})"
                : double.IsFinite(wanted.Units) ? null : "The script holds a quantity that is not a number.");
        }
        catch (Exception e)
        {
            // A function of the bars: it would come to the same each second.
            log.LogError(e, "Run {Id} could not be calculated", Id);
            return (default, $"The script could not be calculated: {e.Message}");
        }
    }

    /// <summary>
    /// When a bar has closed, the script goes on from the path that a backtest assumes of it. Where that leaves it holding more than the way
    /// that was seen, the run does not enter after the fact.
    /// </summary>
    private async Task SettleCloseAsync(Wanted wanted)
    {
        if (_seenAtClose is not var (bar, units))
        {
            return;
        }

        if (bar == _newest && wanted.AtClose is { } assumed)
        {
            await MissAsync(_book.Assuming(LiveScript.Lots(assumed, _instrument), LiveScript.Lots(units, _instrument)));
        }

        _seenAtClose = null;
    }

    private static PineBar Of(BarRow row) => new(row.Time.ToUnixTimeMilliseconds(), (double)row.Open, (double)row.High, (double)row.Low, (double)row.Close, row.Volume);
}
