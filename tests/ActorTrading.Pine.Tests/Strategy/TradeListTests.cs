using System.Globalization;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Strategy;
using ActorTrading.Pine.Ta;

namespace ActorTrading.Pine.Tests.Strategy;

/// <summary>The emulator alone, driven by C# versions of four strategies, against TradingView's lists of trades.</summary>
public sealed class TradeListTests
{
    private delegate void Script(BrokerEmulator broker, int bar, double close);

    private static BrokerEmulator Run(BarSeries bars, StrategySettings settings, Script script)
    {
        var broker = new BrokerEmulator(settings, SymbolInfo.Default, bars.Count);
        for (int i = 0; i < bars.Count; i++)
        {
            broker.OnBarOpen(i, bars.TimeMs[i], bars.Open[i], bars.High[i], bars.Low[i], bars.Close[i]);
            script(broker, i, bars.Close[i]);
            broker.OnBarClose();
        }
        return broker;
    }

    internal static void Compare(string name, BarSeries bars, BrokerEmulator broker)
    {
        var rows = File.ReadAllLines(SharedData.Path("pine", "strategy", name + "_trades.csv")).Skip(1).Select(line => line.Split(',')).ToList();
        var wrong = new List<string>();
        int count = rows.Count / 2, closed = broker.ClosedTrades.Length;
        (closed + broker.OpenTrades.Length).ShouldBe(count);
        for (int i = 0; i < count; i++)
        {
            var (entry, exit) = (rows[2 * i], rows[2 * i + 1]);
            var trade = i < closed ? broker.ClosedTrades[i] : broker.OpenTrades[i - closed];
            void Check(string what, object expected, object actual, bool same)
            {
                if (!same) wrong.Add($"trade {i + 1} {what}: expected {expected}, was {actual}");
            }
            static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
            static long Time(string text) => DateTimeOffset.ParseExact(text.Insert(text.Length - 2, ":"), "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
            Check("direction", entry[1], trade.Direction, entry[1].EndsWith(trade.Direction.ToString().ToLowerInvariant(), StringComparison.Ordinal));
            Check("entry time", entry[2], trade.EntryTimeMs, Time(entry[2]) == trade.EntryTimeMs);
            Check("entry price", entry[4], trade.EntryPrice, Math.Abs(Number(entry[4]) - trade.EntryPrice) < 1e-9);
            Check("quantity", entry[5], trade.Qty, Math.Abs(Number(entry[5]) - trade.Qty) < 1e-9);
            var view = i < closed ? broker.ClosedTrade(i) : broker.OpenTrade(i - closed);
            if (!trade.IsOpen)
            {
                Check("exit time", exit[2], trade.ExitTimeMs, Time(exit[2]) == trade.ExitTimeMs);
                Check("exit price", exit[4], trade.ExitPrice, Math.Abs(Number(exit[4]) - trade.ExitPrice) < 1e-9);
            }
            else
            {
                Check("profit", exit[8], view.ProfitPercent, Math.Abs(Number(exit[8]) - view.ProfitPercent) <= 0.0051);
            }
            if (trade.IsOpen) continue;
            Check("profit", exit[8], view.ProfitPercent, Math.Abs(Number(exit[8]) - view.ProfitPercent) <= 0.0051);
            Check("run-up", exit[10], view.MaxRunupPercent, Math.Abs(Number(exit[10]) - view.MaxRunupPercent) <= 0.0051);
            Check("drawdown", exit[12], view.MaxDrawdownPercent, Math.Abs(-Number(exit[12]) - view.MaxDrawdownPercent) <= 0.0051);
        }
        if (wrong.Count > 0) throw new Xunit.Sdk.XunitException($"{wrong.Count} differences:\n{string.Join('\n', wrong.Take(20))}");
    }

    [SharedDataFact]
    public void Macd()
    {
        var bars = BarFile.Read(SharedData.Path("pine", "strategy", "eurusd_h1_ohlcv.csv"));
        var (fast, slow, signal, over, under) = (new Ema(), new Ema(), new Ema(), new Crossover(), new Crossunder());
        Compare("macd", bars, Run(bars, new StrategySettings(), (broker, _, close) =>
        {
            double macd = fast.Update(close, 12) - slow.Update(close, 26), delta = macd - signal.Update(macd, 9);
            if (over.Update(delta, 0)) broker.Entry("MacdLE", Direction.Long, comment: "MacdLE");
            if (under.Update(delta, 0)) broker.Entry("MacdSE", Direction.Short, comment: "MacdSE");
        }));
    }

    [SharedDataFact]
    public void Rsi()
    {
        var bars = BarFile.Read(SharedData.Path("pine", "strategy", "eurusd_h1_ohlcv.csv"));
        var (rsi, over, under) = (new Rsi(), new Crossover(), new Crossunder());
        Compare("rsi", bars, Run(bars, new StrategySettings(), (broker, _, close) =>
        {
            double value = rsi.Update(close, 14);
            bool co = over.Update(value, 30), cu = under.Update(value, 70);
            if (co) broker.Entry("RsiLE", Direction.Long, comment: "RsiLE");
            if (cu) broker.Entry("RsiSE", Direction.Short, comment: "RsiSE");
        }));
    }

    [SharedDataFact]
    public void Bollinger()
    {
        var bars = BarFile.Read(SharedData.Path("pine", "strategy", "eurusd_h1_ohlcv.csv"));
        var (basis, stdev, over, under) = (new Sma(), new Stdev(), new Crossover(), new Crossunder());
        Compare("bollinger", bars, Run(bars, new StrategySettings(), (broker, _, close) =>
        {
            double middle = basis.Update(close, 20), width = 2 * stdev.Update(close, 20);
            if (over.Update(close, middle - width)) broker.Entry("BBandLE", Direction.Long, stop: middle - width, ocaName: "BollingerBands", ocaType: OcaType.Cancel, comment: "BBandLE");
            else broker.Cancel("BBandLE");
            if (under.Update(close, middle + width)) broker.Entry("BBandSE", Direction.Short, stop: middle + width, ocaName: "BollingerBands", ocaType: OcaType.Cancel, comment: "BBandSE");
            else broker.Cancel("BBandSE");
        }));
    }

    [SharedDataFact]
    public void Slippage()
    {
        var bars = BarFile.Read(SharedData.Path("pine", "strategy", "slippage_direction_ohlcv.csv"));
        var settings = new StrategySettings { InitialCapital = 10_000, Slippage = 15, CommissionValue = 0.1 };
        Compare("slippage_direction", bars, Run(bars, settings, (broker, bar, _) =>
        {
            int k = bar - 20;
            if (bar < 20 || k % 10 != 0) return;
            if (k / 10 % 2 == 0) broker.Entry("Long", Direction.Long);
            else broker.Entry("Short", Direction.Short);
        }));
    }
}
