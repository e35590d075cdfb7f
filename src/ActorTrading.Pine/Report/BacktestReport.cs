using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Report;

/// <summary>What a strategy did: TradingView's summary and list of trades, LEAN's statistics, equity at each bar's close.</summary>
public sealed record BacktestReport
{
    public required SideSummary All { get; init; }
    public required SideSummary Long { get; init; }
    public required SideSummary Short { get; init; }
    public required double InitialCapital { get; init; }
    public required string Currency { get; init; }
    /// <summary>Profit of investing the initial capital at the first bar's open and holding to the last close.</summary>
    public required double BuyAndHoldReturn { get; init; }
    public required double BuyAndHoldReturnPercent { get; init; }
    public required double SharpeRatio { get; init; }
    public required double SortinoRatio { get; init; }
    public required LeanStatistics Lean { get; init; }
    public required IReadOnlyList<TradeRow> Trades { get; init; }
    /// <summary>Account currency at each bar's close, open profit included.</summary>
    public required double[] Equity { get; init; }

    /// <param name="bars">The bars the emulator ran over.</param>
    public static BacktestReport Create(BrokerEmulator broker, BarSeries bars)
    {
        double capital = broker.Settings.InitialCapital;
        double held = bars.Count == 0 ? double.NaN : (bars.Close[^1] / bars.Open[0] - 1) * 100;
        var (sharpe, sortino) = RiskRatios.Of(broker, bars);
        return new BacktestReport
        {
            All = SideSummary.Of(broker, null),
            Long = SideSummary.Of(broker, Direction.Long),
            Short = SideSummary.Of(broker, Direction.Short),
            InitialCapital = capital,
            Currency = broker.AccountCurrency,
            BuyAndHoldReturn = capital * held / 100,
            BuyAndHoldReturnPercent = held,
            SharpeRatio = sharpe,
            SortinoRatio = sortino,
            Lean = LeanStatistics.Of(broker, bars),
            Trades = Rows(broker, bars),
            Equity = broker.EquityCurve.ToArray(),
        };
    }

    private static List<TradeRow> Rows(BrokerEmulator broker, BarSeries bars)
    {
        var rows = new List<TradeRow>(broker.ClosedTradeCount + broker.OpenTradeCount);
        double sum = 0;
        for (int i = 0; i < broker.ClosedTradeCount + broker.OpenTradeCount; i++)
        {
            bool open = i >= broker.ClosedTradeCount;
            var trade = open ? broker.OpenTrades[i - broker.ClosedTradeCount] : broker.ClosedTrades[i];
            var view = open ? broker.OpenTrade(i - broker.ClosedTradeCount) : broker.ClosedTrade(i);
            sum += view.Profit;
            rows.Add(new TradeRow
            {
                Number = i + 1,
                Direction = trade.Direction,
                Qty = trade.Qty,
                EntryTime = trade.EntryTimeMs,
                EntryPrice = trade.EntryPrice,
                EntryId = trade.EntryId,
                EntrySignal = trade.EntrySignal,
                EntryBar = trade.EntryBar,
                ExitTime = open ? bars.TimeMs[^1] : trade.ExitTimeMs,
                ExitPrice = open ? bars.Close[^1] : trade.ExitPrice,
                ExitId = open ? "Open" : trade.ExitId,
                ExitSignal = open ? "Open" : trade.ExitSignal,
                ExitBar = open ? bars.Count - 1 : trade.ExitBar,
                Open = open,
                Profit = view.Profit,
                ProfitPercent = view.ProfitPercent,
                CumulativeProfit = sum,
                CumulativeProfitPercent = sum / broker.Settings.InitialCapital * 100,
                Runup = view.MaxRunup,
                RunupPercent = view.MaxRunupPercent,
                Drawdown = view.MaxDrawdown,
                DrawdownPercent = view.MaxDrawdownPercent,
                Commission = view.Commission,
            });
        }
        return rows;
    }
}
