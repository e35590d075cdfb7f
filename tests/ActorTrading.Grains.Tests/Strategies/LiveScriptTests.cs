using ActorTrading.Pine;
using ActorTrading.Pine.Bars;
using PineBar = ActorTrading.Pine.Bars.Bar;

namespace ActorTrading.Grains.Tests.Strategies;

public sealed class LiveScriptTests
{
    [Fact]
    public async Task A_machine_that_stood_still_in_a_calculation_does_not_end_the_run()
    {
        var wanted = await WantedAsync(new StallingClock { Stalls = 2 });
        wanted.Error.ShouldBeNull();
        wanted.Units.ShouldBe(10_000);
    }

    [Fact]
    public async Task A_script_that_takes_too_long_each_time_ends_the_run()
    {
        var clock = new StallingClock { Stalls = int.MaxValue };
        (await WantedAsync(clock)).Error.ShouldNotBeNull().Message.ShouldContain("too long");
        clock.Calculations.ShouldBe(3);
    }

    [Fact]
    public async Task What_a_script_does_wrong_by_itself_is_not_tried_again()
    {
        var clock = new StallingClock();
        (await WantedAsync(clock, "runtime.error(\"enough\")")).Error.ShouldNotBeNull().Message.ShouldBe("enough");
        clock.Calculations.ShouldBe(1);
    }

    private static Task<Wanted> WantedAsync(StallingClock clock, string and = "")
    {
        var compiled = PineCompiler.Compile($"""
            //@version=6
            strategy("Once", margin_long=0)
            if bar_index == 0
                strategy.entry("L", strategy.long, qty=10000)
                {and}
            """);
        var begin = new DateTimeOffset(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);
        var bars = new BarSeriesBuilder();
        for (var i = 0; i < 3; i++)
        {
            bars.Add(new PineBar(begin.AddMinutes(i).ToUnixTimeMilliseconds(), 1.1, 1.1, 1.1, 1.1, 1));
        }

        var forming = new PineBar(begin.AddMinutes(3).ToUnixTimeMilliseconds(), 1.1, 1.1, 1.1, 1.1, 1);
        var options = new RunOptions { Symbol = PineSymbols.Of(Domain.InstrumentCatalog.Get("EURUSD"), Domain.TradingDay.NewYork), Timeframe = PineSymbols.Of(Domain.Timeframe.M1), CapturePlots = false, Clock = clock };
        return new LiveScript(compiled.Script.ShouldNotBeNull(), options, begin).WantedAsync(bars.Build(PineSymbols.Of(Domain.Timeframe.M1)), forming, [forming]);
    }

    /// <summary>Every calculation looks first when it begins: the next look at the clock of one that stalls comes an hour later.</summary>
    private sealed class StallingClock : TimeProvider
    {
        private long _now;
        private bool _begun;

        /// <summary>Calculations yet to stall.</summary>
        public int Stalls { get; set; }

        public int Calculations { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            // A calculation that has stalled looks twice and no more.
            if (_begun && Stalls > 0)
            {
                (Stalls, _begun) = (Stalls - 1, false);
                return _now += TimeSpan.TicksPerHour;
            }

            if (!_begun)
            {
                (_begun, Calculations) = (true, Calculations + 1);
            }

            return _now;
        }
    }
}
