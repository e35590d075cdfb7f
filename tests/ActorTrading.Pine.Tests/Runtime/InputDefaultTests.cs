using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Tests;

/// <summary>Defaults of inputs that are computed: known before the first bar, or an error, and never silently na.</summary>
public sealed class InputDefaultTests
{
    [Theory]
    [InlineData("input.time(timestamp(\"2020-01-01\"), \"t\")", 1_577_836_800_000)]
    [InlineData("input.time(defval = timestamp(\"01 Jan 2020 00:00 +0000\"), title = \"t\")", 1_577_836_800_000)]
    [InlineData("color.t(input.color(color.new(color.red, 40), \"c\"))", 40)]
    [InlineData("color.t(input(color.rgb(1, 2, 3, 60)))", 60)]
    [InlineData("input.float(math.round(2.6), \"f\")", 3)]
    [InlineData("input.int(int(math.pow(2, 5)), \"i\")", 32)]
    [InlineData("str.length(input.string(str.upper(\"ab\") + \"c\", \"s\"))", 3)]
    public void A_computed_default_is_its_value(string expression, double value) => Scripts.Last($"plot({expression}, \"x\")").ShouldBe(value);

    [Fact]
    public void A_constant_that_was_named_first_serves_too() =>
        Scripts.Last("start = timestamp(\"2020-05-01 00:00\")\nfrom = input.time(start, \"From\")\nplot(from, \"x\")").ShouldBe(1_588_291_200_000);

    [Fact]
    public void A_date_filter_lets_the_bars_after_it_trade() => Scripts.Run(Scripts.Strategy(
        "from = input.time(timestamp(\"2020-01-01 00:00 +0000\"), \"From\")\nif time >= from and bar_index == 1\n    strategy.entry(\"L\", strategy.long)")).Broker!.PositionSize.ShouldBe(1);

    [Theory]
    [InlineData("input.time(timestamp(2020, 1, 1, 0, 0), \"t\")")]
    [InlineData("input(timestamp(2020, 1, 1))")]
    public void A_date_without_a_zone_is_of_the_symbols_zone(string input)
    {
        var options = new RunOptions { Symbol = SymbolInfo.Default with { TimeZone = "America/New_York" } };
        Scripts.Run(Scripts.Indicator($"plot({input})"), options: options).Plots[0].Values[0].ShouldBe(1_577_836_800_000 + 5 * 3_600_000);
        Scripts.Last($"plot({input})").ShouldBe(1_577_836_800_000);
    }
}
