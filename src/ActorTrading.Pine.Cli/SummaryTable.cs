using ActorTrading.Pine.Library;
using ActorTrading.Pine.Report;
using ActorTrading.Pine.Strategy;
using Spectre.Console;

namespace ActorTrading.Pine.Cli;

/// <summary>The report for a person: TradingView's summary in three columns, then LEAN's figures and the latest trades.</summary>
internal static class SummaryTable
{
    private static readonly (string Name, Func<SideSummary, string> Value)[] Rows =
    [
        ("Net profit", s => Money(s.NetProfit, s.NetProfitPercent)),
        ("Gross profit", s => Money(s.GrossProfit, s.GrossProfitPercent)),
        ("Gross loss", s => Money(s.GrossLoss, s.GrossLossPercent)),
        ("Commission paid", s => Number(s.CommissionPaid)),
        ("Max run-up", s => Money(s.MaxRunup, s.MaxRunupPercent)),
        ("Max drawdown", s => Money(s.MaxDrawdown, s.MaxDrawdownPercent)),
        ("Profit factor", s => Number(s.ProfitFactor, 3)),
        ("Open P&L", s => Money(s.OpenProfit, s.OpenProfitPercent)),
        ("Max contracts held", s => Number(s.MaxContractsHeld)),
        ("Total trades", s => Number(s.TotalTrades)),
        ("Total open trades", s => Number(s.TotalOpenTrades)),
        ("Winning trades", s => Number(s.WinningTrades)),
        ("Losing trades", s => Number(s.LosingTrades)),
        ("Percent profitable", s => Number(s.PercentProfitable) + "%"),
        ("Avg trade", s => Money(s.AvgTrade, s.AvgTradePercent)),
        ("Avg winning trade", s => Money(s.AvgWinningTrade, s.AvgWinningTradePercent)),
        ("Avg losing trade", s => Money(s.AvgLosingTrade, s.AvgLosingTradePercent)),
        ("Ratio avg win / avg loss", s => Number(s.RatioAvgWinLoss, 3)),
        ("Largest winning trade", s => Money(s.LargestWinningTrade, s.LargestWinningTradePercent)),
        ("Largest losing trade", s => Money(s.LargestLosingTrade, s.LargestLosingTradePercent)),
        ("Avg bars in trades", s => Number(s.AvgBarsInTrades)),
        ("Avg bars in winning trades", s => Number(s.AvgBarsInWinningTrades)),
        ("Avg bars in losing trades", s => Number(s.AvgBarsInLosingTrades)),
        ("Margin calls", s => Number(s.MarginCalls)),
    ];

    public static void Print(Terminal terminal, BacktestReport report, string title, int trades)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape($"{title} ({report.Currency})"));
        table.AddColumn("").AddColumn(Right("All")).AddColumn(Right("Long")).AddColumn(Right("Short"));
        foreach (var (name, value) in Rows) table.AddRow(name, value(report.All), value(report.Long), value(report.Short));
        table.AddRow("Buy & hold return", Money(report.BuyAndHoldReturn, report.BuyAndHoldReturnPercent), "", "");
        table.AddRow("Sharpe ratio", Number(report.SharpeRatio, 3), "", "");
        table.AddRow("Sortino ratio", Number(report.SortinoRatio, 3), "", "");
        table.AddRow("Compounding annual return", Number(report.Lean.CompoundingAnnualReturn * 100) + "%", "", "");
        table.AddRow("Expectancy", Number(report.Lean.Expectancy, 3), "", "");
        table.AddRow("Probabilistic Sharpe", Number(report.Lean.ProbabilisticSharpeRatio * 100) + "%", "", "");
        table.AddRow("Value at risk 95 / 99", $"{Number(report.Lean.ValueAtRisk95 * 100)}% / {Number(report.Lean.ValueAtRisk99 * 100)}%", "", "");
        terminal.Tables.Write(table);
        if (trades <= 0 || report.Trades.Count == 0) return;
        var list = new Table().Border(TableBorder.Simple).AddColumn("#").AddColumn("").AddColumn("entry (UTC)").AddColumn(Right("price")).AddColumn(Right("qty"))
            .AddColumn("signal").AddColumn("exit (UTC)").AddColumn(Right("price")).AddColumn("signal").AddColumn(Right("profit"));
        foreach (var trade in report.Trades.TakeLast(trades))
            list.AddRow(Number(trade.Number), trade.Direction == Direction.Long ? "long" : "short", Time(trade.EntryTime), Price(trade.EntryPrice),
                Number(trade.Qty, 8), Markup.Escape(trade.EntrySignal), Time(trade.ExitTime), Price(trade.ExitPrice), Markup.Escape(trade.ExitSignal),
                Money(trade.Profit, trade.ProfitPercent));
        terminal.Tables.Write(list);
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();
    private static string Number(double value, int decimals = 2) => double.IsNaN(value) ? "-" : NumberFormat.Format(value, "#,##0." + new string('#', decimals));
    // An account that trades single units still shows what it made.
    private static string Money(double value, double percent) => double.IsNaN(value) ? "-" : $"{Number(value, Math.Abs(value) < 1 ? 6 : 2)} ({Number(percent, 2)}%)";
    private static string Price(double value) => NumberFormat.Format(value, NumberFormat.Plain);
    private static string Time(long ms) => TimeFormat.Format(ms, "yyyy-MM-dd HH:mm", null);
}
