using ActorTrading.Api.Tests.Support;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Strategies;

/// <summary>Scripts and bars for the tests of strategies.</summary>
internal static class Scripts
{
    public const string Cross = """
        //@version=6
        strategy("Cross", initial_capital=10000, default_qty_value=1000)
        fast = input.int(3, "fast")
        slow = input.int(8, "slow")
        if ta.crossover(ta.sma(close, fast), ta.sma(close, slow))
            strategy.entry("L", strategy.long)
        if ta.crossunder(ta.sma(close, fast), ta.sma(close, slow))
            strategy.close("L")
        """;

    /// <summary>Loops on its last bar for as long as it is let.</summary>
    public const string Endless = """
        //@version=6
        strategy("Endless")
        int i = 0
        if barstate.islast
            while i >= 0
                i := i % 1000 + 1
        """;

    public const string Broken = "//@version=6\nstrategy(\"Broken\")\nplot(clse)";

    public static readonly DateTimeOffset From = new(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);

    public static object Request(string? script = null, Guid? strategyId = null, object? inputs = null, string timeframe = "H1", DateTimeOffset? from = null) =>
        new { script, strategyId, symbol = "GBPUSD", timeframe, from = from ?? From, to = From.AddDays(60), inputs };

    /// <summary>1,000 hours of a wave of GBPUSD; the same every time.</summary>
    public static Task BarsAsync(ApiHost host)
    {
        var bars = Enumerable.Range(0, 1000).Select(i =>
        {
            var (open, close) = (Price(i), Price(i + 1));
            return (Timeframe.H1, new Bar(From.AddHours(i), open, Math.Max(open, close) + 0.0005m, Math.Min(open, close) - 0.0005m, close, 100, 0));
        });
        return host.Services.GetRequiredService<ICandleStore>().SaveAsync("GBPUSD", [.. bars]);
    }

    private static decimal Price(int hour) => Math.Round(1.25m + 0.01m * (decimal)Math.Sin(hour / 7.0), 5);
}
