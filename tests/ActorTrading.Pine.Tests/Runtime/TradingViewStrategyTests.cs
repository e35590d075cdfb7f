using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Tests.Strategy;

namespace ActorTrading.Pine.Tests;

/// <summary>The strategies of the data folder, compiled, against TradingView's lists of trades.</summary>
public sealed class TradingViewStrategyTests
{
    [SharedDataTheory]
    [InlineData("rsi")]
    [InlineData("macd")]
    [InlineData("bollinger")]
    [InlineData("slippage_direction")]
    public void Every_trade_matches(string name)
    {
        var own = SharedData.Path("pine", "strategy", name + "_ohlcv.csv");
        var bars = BarFile.Read(File.Exists(own) ? own : SharedData.Path("pine", "strategy", "eurusd_h1_ohlcv.csv"));
        var options = new RunOptions { Symbol = SymbolInfo.Default with { TimeZone = "America/New_York" } };
        var result = Scripts.Run(File.ReadAllText(SharedData.Path("pine", "strategy", name + ".pine")), bars, options);
        TradeListTests.Compare(name, bars, result.Broker!);
    }
}
