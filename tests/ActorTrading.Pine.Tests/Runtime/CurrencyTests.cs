using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>Rates between currencies, and data that comes from the provider under a ticker of its own.</summary>
public sealed class CurrencyTests
{
    /// <summary>Two days and a half of hourly EURUSD: day 1 opens at 1 and closes at 1.2, day 2 closes at 1.25.</summary>
    private static BarSeries Bars()
    {
        var bars = new List<Bar>();
        for (int i = 0; i < 60; i++)
        {
            double close = i switch { < 23 => 1, < 47 => 1.2, _ => 1.25 };
            bars.Add(new Bar(1_704_067_200_000 + i * 3_600_000L, i == 0 ? 1 : bars[^1].Close, Math.Max(close, i == 0 ? 1 : bars[^1].Close), 1, close, 100));
        }
        return BarSeries.FromBars(bars, Timeframe.Parse("60"));
    }

    [Theory]
    [InlineData("\"EUR\", \"USD\"", 10, 1)]
    [InlineData("\"EUR\", \"USD\"", 30, 1.2)]
    [InlineData("\"USD\", \"EUR\"", 50, 0.8)]
    [InlineData("\"USD\", syminfo.currency", 50, 1)]
    [InlineData("\"USD\", \"JPY\", true", 50, double.NaN)]
    public void A_rate_is_the_close_of_the_day_before(string arguments, int bar, double rate) =>
        Scripts.Run(Scripts.Indicator($"plot(request.currency_rate({arguments}))"), Bars()).Plots[0].Values[bar..(bar + 1)].ShouldBeSeries(rate);

    [Fact]
    public void A_rate_that_no_bars_tell_is_an_error() =>
        Scripts.Compile(Scripts.Indicator("plot(request.currency_rate(\"USD\", \"JPY\"))")).Run(Bars()).Error!.Message.ShouldContain("USDJPY");

    [Fact]
    public void An_account_in_another_currency_is_converted_at_the_rate_of_the_day_before()
    {
        var result = Scripts.Run(Scripts.Strategy("if bar_index == 10\n    strategy.entry(\"L\", strategy.long, qty = 100)\nif bar_index == 50\n    strategy.close(\"L\")\nplot(strategy.convert_to_account(1))", ", currency = currency.EUR"), Bars());
        result.Broker!.ClosedTrades[0].Profit.ShouldBe(100 * 0.25 / 1.25, 1e-9);
        result.Plots[0].Values[30].ShouldBe(1 / 1.2, 1e-12);
    }

    [Fact]
    public void Without_a_rate_money_stays_and_the_log_says_so()
    {
        var result = Scripts.Run(Scripts.Strategy("plot(strategy.convert_to_account(1))", ", currency = currency.JPY"), Bars());
        result.Logs[0].Message.ShouldContain("USDJPY");
        result.Plots[0].Values[^1].ShouldBe(1);
    }

    private sealed class Economics : IBarProvider
    {
        public (BarSeries Bars, SymbolInfo Symbol)? GetBars(string tickerId, Timeframe timeframe) => tickerId is "ECONOMICS:USGDP" or "DIVIDENDS:X:Y;net" or "src:sym"
            ? (BarSeries.FromBars([new Bar(1_704_067_200_000, 7, 7, 7, 7, 0), new Bar(1_704_153_600_000, 8, 8, 8, 8, 0)], Timeframe.Daily), SymbolInfo.Default)
            : null;
    }

    [Theory]
    [InlineData("request.economic(\"US\", \"GDP\")", 7)]
    [InlineData("request.dividends(\"X:Y\", dividends.net)", 7)]
    [InlineData("request.seed(\"src\", \"sym\", close * 2)", 14)]
    [InlineData("request.financial(\"X:Y\", \"TOTAL_REVENUE\", \"FQ\", ignore_invalid_symbol = true)", double.NaN)]
    public void Data_series_are_tickers_of_the_provider(string request, double value) =>
        Scripts.Run(Scripts.Indicator($"plot({request})"), Bars(), new RunOptions { Provider = new Economics() }).Plots[0].Values[30].ShouldBe(value);

    [Fact]
    public void A_data_series_that_is_not_to_be_had_is_named()
    {
        Scripts.Compile(Scripts.Indicator("plot(request.earnings(\"X:Y\"))")).Run(Bars()).Error!.Message.ShouldContain("EARNINGS:X:Y;actual");
        PineCompiler.Compile(Scripts.Indicator("plot(request.economic(\"US\"))")).Diagnostics.ShouldContain(d => d.Code == "PINE3016");
    }

    [Fact]
    public void Facts_of_the_instrument_are_the_symbols_and_na_for_a_currency_pair()
    {
        var options = new RunOptions { Symbol = SymbolInfo.Default with { Isin = "US0378331005", Facts = new Dictionary<string, double> { ["syminfo.shareholders"] = 25 } } };
        Scripts.Run(Scripts.Indicator("plot(syminfo.shareholders + str.length(syminfo.isin))"), options: options).Plots[0].Values[0].ShouldBe(37);
        Scripts.Last("plot(na(syminfo.shares_outstanding_total) and na(earnings.future_eps) and syminfo.isin == \"\" ? 1 : 0)").ShouldBe(1);
    }
}
