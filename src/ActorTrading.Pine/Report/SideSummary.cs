using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Report;

/// <summary>
/// TradingView's performance summary for all, long or short trades. Money in account currency, percentages in percent, counts
/// of closed trades; losses are numbers at least 0; NaN where there is nothing to divide by. Net profit leaves open trades out.
/// </summary>
public sealed record SideSummary
{
    public double NetProfit { get; init; }
    /// <summary>Of the initial capital, as all percentages of sums are.</summary>
    public double NetProfitPercent { get; init; }
    public double GrossProfit { get; init; }
    public double GrossProfitPercent { get; init; }
    public double GrossLoss { get; init; }
    public double GrossLossPercent { get; init; }
    /// <summary>Highest rise of equity above its lowest, prices inside bars included; of one side, of its realised profit alone.</summary>
    public double MaxRunup { get; init; }
    public double MaxRunupPercent { get; init; }
    public double MaxDrawdown { get; init; }
    public double MaxDrawdownPercent { get; init; }
    /// <summary>Gross profit / gross loss.</summary>
    public double ProfitFactor { get; init; }
    public double MaxContractsHeld { get; init; }
    public double OpenProfit { get; init; }
    public double OpenProfitPercent { get; init; }
    public double CommissionPaid { get; init; }
    public int TotalTrades { get; init; }
    public int TotalOpenTrades { get; init; }
    public int WinningTrades { get; init; }
    public int LosingTrades { get; init; }
    public double PercentProfitable { get; init; }
    public double AvgTrade { get; init; }
    /// <summary>Mean of the trades' own percentages, as for the two below.</summary>
    public double AvgTradePercent { get; init; }
    public double AvgWinningTrade { get; init; }
    public double AvgWinningTradePercent { get; init; }
    public double AvgLosingTrade { get; init; }
    public double AvgLosingTradePercent { get; init; }
    public double RatioAvgWinLoss { get; init; }
    public double LargestWinningTrade { get; init; }
    public double LargestWinningTradePercent { get; init; }
    public double LargestLosingTrade { get; init; }
    public double LargestLosingTradePercent { get; init; }
    /// <summary>Exit bar − entry bar.</summary>
    public double AvgBarsInTrades { get; init; }
    public double AvgBarsInWinningTrades { get; init; }
    public double AvgBarsInLosingTrades { get; init; }
    public int MarginCalls { get; init; }

    internal static SideSummary Of(BrokerEmulator broker, Direction? side)
    {
        double capital = broker.Settings.InitialCapital;
        var (wins, losses, all) = (new Tally(), new Tally(), new Tally());
        double commission = 0, realized = 0, peak = 0, trough = 0, runup = 0, drawdown = 0;
        int marginCalls = 0, open = 0;
        foreach (ref readonly var trade in broker.ClosedTrades)
        {
            if (side is not null && trade.Direction != side) continue;
            double percent = trade.Profit / trade.Cost(broker.PointValue) * 100;
            int bars = trade.ExitBar - trade.EntryBar;
            all.Add(trade.Profit, percent, bars);
            if (trade.Profit > 0) wins.Add(trade.Profit, percent, bars);
            else if (trade.Profit < 0) losses.Add(-trade.Profit, -percent, bars);
            commission += trade.Commission;
            if (trade.MarginCall) marginCalls++;
            realized += trade.Profit;
            (peak, trough) = (Math.Max(peak, realized), Math.Min(trough, realized));
            (runup, drawdown) = (Math.Max(runup, realized - trough), Math.Max(drawdown, peak - realized));
        }
        // A position points one way only.
        double openProfit = side is null || Math.Sign(broker.PositionSize) == (int)side ? broker.OpenProfit : 0;
        for (int i = 0; i < broker.OpenTradeCount; i++)
        {
            ref readonly var trade = ref broker.OpenTrades[i];
            if (side is not null && trade.Direction != side) continue;
            open++;
            commission += trade.Commission;
        }
        bool whole = side is null;
        return new SideSummary
        {
            NetProfit = all.Sum,
            NetProfitPercent = all.Sum / capital * 100,
            GrossProfit = wins.Sum,
            GrossProfitPercent = wins.Sum / capital * 100,
            GrossLoss = losses.Sum,
            GrossLossPercent = losses.Sum / capital * 100,
            MaxRunup = whole ? broker.MaxRunup : runup,
            MaxRunupPercent = whole ? broker.MaxRunupPercent : runup / capital * 100,
            MaxDrawdown = whole ? broker.MaxDrawdown : drawdown,
            MaxDrawdownPercent = whole ? broker.MaxDrawdownPercent : drawdown / capital * 100,
            ProfitFactor = wins.Sum / losses.Sum is var factor && double.IsFinite(factor) ? factor : double.NaN,
            MaxContractsHeld = side switch { null => broker.MaxContractsHeldAll, Direction.Long => broker.MaxContractsHeldLong, _ => broker.MaxContractsHeldShort },
            OpenProfit = openProfit,
            OpenProfitPercent = openProfit / capital * 100,
            CommissionPaid = commission,
            TotalTrades = all.Count,
            TotalOpenTrades = open,
            WinningTrades = wins.Count,
            LosingTrades = losses.Count,
            PercentProfitable = all.Count == 0 ? double.NaN : 100.0 * wins.Count / all.Count,
            AvgTrade = all.Mean,
            AvgTradePercent = all.MeanPercent,
            AvgWinningTrade = wins.Mean,
            AvgWinningTradePercent = wins.MeanPercent,
            AvgLosingTrade = losses.Mean,
            AvgLosingTradePercent = losses.MeanPercent,
            RatioAvgWinLoss = wins.Mean / losses.Mean,
            LargestWinningTrade = wins.Largest,
            LargestWinningTradePercent = wins.LargestPercent,
            LargestLosingTrade = losses.Largest,
            LargestLosingTradePercent = losses.LargestPercent,
            AvgBarsInTrades = all.MeanBars,
            AvgBarsInWinningTrades = wins.MeanBars,
            AvgBarsInLosingTrades = losses.MeanBars,
            MarginCalls = marginCalls,
        };
    }

    private sealed class Tally
    {
        private double _percent, _bars;

        public int Count { get; private set; }
        public double Sum { get; private set; }
        public double Largest { get; private set; } = double.NaN;
        public double LargestPercent { get; private set; } = double.NaN;
        public double Mean => Count == 0 ? double.NaN : Sum / Count;
        public double MeanPercent => Count == 0 ? double.NaN : _percent / Count;
        public double MeanBars => Count == 0 ? double.NaN : _bars / Count;

        public void Add(double profit, double percent, int bars)
        {
            Count++;
            Sum += profit;
            _percent += percent;
            _bars += bars;
            if (!(profit <= Largest)) Largest = profit;
            if (!(percent <= LargestPercent)) LargestPercent = percent;
        }
    }
}
