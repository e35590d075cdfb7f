using ActorTrading.Domain;
using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;
using PineBar = ActorTrading.Pine.Bars.Bar;

namespace ActorTrading.Grains;

/// <summary>What a script wants to hold, signed units of what was entered in bars that opened after the run began.</summary>
/// <param name="Units">Now.</param>
/// <param name="AtClose">When the last closed bar closed, by the backtest's assumed path; null where the script may have traded on that close.</param>
/// <param name="Stops">What its stops would leave of <paramref name="Units"/>.</param>
internal readonly record struct Wanted(double Units, double? AtClose, IReadOnlyList<StopLevel> Stops, RuntimeError? Error);

/// <summary>
/// What a script wants to hold now: the backtest over all closed bars, and then its pending orders worked along the bar that forms, on the
/// way that its price was seen to take. So a market order goes out with the next bar's first quote, and a stop or a limit when its price is
/// reached. Calculated afresh each time: nothing that a restart could lose.
/// </summary>
internal sealed class LiveScript(CompiledScript script, RunOptions options, DateTimeOffset since)
{
    // Two at a time in a process: strategies are many, and calculating is not what its threads are for.
    private static readonly SemaphoreSlim Gate = new(2);

    /// <summary>A machine that stands still or is overrun for some seconds is not the script's fault: a calculation that took too long so often in a row is.</summary>
    private const int TriesMax = 3;

    /// <param name="path">The bar that forms, in stretches.</param>
    public async Task<Wanted> WantedAsync(BarSeries closed, PineBar forming, PineBar[] path)
    {
        for (var tries = 1; ; tries++)
        {
            await Gate.WaitAsync();
            try
            {
                var wanted = await Task.Run(() => Calculate(closed, forming, path));
                if (wanted.Error is not { IsTimeOut: true } || tries == TriesMax)
                {
                    return wanted;
                }
            }
            finally
            {
                Gate.Release();
            }
        }
    }

    private Wanted Calculate(BarSeries closed, PineBar forming, PineBar[] path)
    {
        var instance = script.CreateInstance(options);
        instance.RunHistory(closed);
        if (instance.Error is { } error)
        {
            return new Wanted(0, null, [], error);
        }

        var broker = instance.Broker!;
        double? atClose = broker.Settings.ProcessOrdersOnClose || broker.Settings.CalcOnOrderFills ? null : Held(broker);

        // The script itself runs when the bar has closed, not before.
        broker.Recalculate = null;
        broker.OnBarOpen(closed.Count, forming.TimeMs, forming.Open, forming.High, forming.Low, forming.Close, path);
        return new Wanted(Held(broker), atClose, broker.StopLevels(IsOfTheRun), null);
    }

    private double Held(BrokerEmulator broker)
    {
        var units = 0.0;
        foreach (ref readonly var trade in broker.OpenTrades)
        {
            units += IsOfTheRun(trade) ? trade.Size : 0;
        }

        return units;
    }

    private bool IsOfTheRun(Pine.Strategy.Trade trade) => trade.EntryTimeMs >= since.ToUnixTimeMilliseconds();

    /// <summary>Units beyond it are taken as so many: no account has the money for them, and a decimal would not hold more.</summary>
    private const double UnitsMax = 1e15;

    /// <summary>Whole steps of lots, towards zero; signed.</summary>
    public static decimal Lots(double units, Instrument instrument)
    {
        var lots = decimal.Floor((decimal)Math.Round(Math.Min(Math.Abs(units), UnitsMax), 6) / instrument.ContractSize / instrument.VolumeStep) * instrument.VolumeStep;
        return lots < instrument.VolumeMin ? 0 : Math.Sign(units) * lots;
    }
}
