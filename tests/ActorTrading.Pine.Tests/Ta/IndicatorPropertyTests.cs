using ActorTrading.Pine.Ta;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Pine.Tests.Ta;

/// <summary>The incremental indicators against definitions written out, on series with gaps and lengths that change.</summary>
public sealed class IndicatorPropertyTests
{
    private sealed record Case(double[] Values, int[] Lengths);

    private static Arbitrary<Case> Cases(bool gaps = true, bool varying = false) =>
        (from n in Gen.Choose(1, 120)
         from values in Gen.ArrayOf(Gen.Choose(-500, 500).SelectMany(v => Gen.Frequency((gaps ? 1 : 0, Gen.Constant(double.NaN)), (8, Gen.Constant(v / 10.0)))), n)
         from first in Gen.Choose(1, 30)
         from lengths in Gen.ArrayOf(Gen.Choose(1, 30), n)
         select new Case(values, varying ? lengths : [.. Enumerable.Repeat(first, n)])).ToArbitrary();

    private static void Same(Arbitrary<Case> cases, Func<Func<double, int, double>> create, Func<double[], int, int, double> definition, double tolerance = 1e-7) =>
        Prop.ForAll(cases, c =>
        {
            var update = create();
            for (int i = 0; i < c.Values.Length; i++)
            {
                double actual = update(c.Values[i], c.Lengths[i]), expected = definition(c.Values, i, c.Lengths[i]);
                if (!(double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(actual - expected) < tolerance)) return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>The last <paramref name="length"/> values up to and with i that are not na, or null when there are fewer.</summary>
    private static double[]? Last(double[] values, int i, int length)
    {
        var found = values[..(i + 1)].Where(v => !double.IsNaN(v)).TakeLast(length).ToArray();
        return found.Length == length ? found : null;
    }

    private static double[]? Window(double[] values, int i, int length) => i + 1 < length ? null : values[(i + 1 - length)..(i + 1)];

    [Fact]
    public void Sma_holds_over_gaps() => Same(Cases(), () => new Sma().Update, (v, i, n) => Last(v, i, n)?.Average() ?? double.NaN);

    [Fact]
    public void Sma_with_a_length_that_changes() => Same(Cases(varying: true), () => new Sma().Update, (v, i, n) => Last(v, i, n)?.Average() ?? double.NaN);

    // Of what has left the window nothing may stay: averages of a saturated oscillator would cross each other by rounding alone.
    [Fact]
    public void A_moving_average_of_equal_values_is_that_value_whatever_came_before()
    {
        var random = new Random(7);
        foreach (double level in (double[])[0, 100])
        {
            var average = new Sma();
            for (int round = 0; round < 2_000; round++)
            {
                for (int i = random.Next(1, 6); i > 0; i--) average.Update(random.NextDouble() * 100, 3);
                double last = double.NaN;
                for (int i = 0; i < 3; i++) last = average.Update(level, 3);
                last.ShouldBe(level);
            }
        }
    }

    // The root of a variance that is nothing but rounding: values up to 50 that have left the window leave some 1e-12 of their squares behind.
    [Fact]
    public void Stdev() => Same(Cases(), () => { var s = new Stdev(); return (v, n) => s.Update(v, n); },
        (v, i, n) => Last(v, i, n) is { } w ? Math.Sqrt(w.Average(x => (x - w.Average()) * (x - w.Average()))) : double.NaN, tolerance: 5e-6);

    [Fact]
    public void Equal_values_have_no_deviation()
    {
        foreach (double value in new[] { 47.3, -0.1, 1.10002, 98_765.43 })
        {
            var stdev = new Stdev();
            stdev.Update(3 * value, 7);
            double last = double.NaN;
            for (int i = 0; i < 40; i++) last = stdev.Update(value, 7);
            last.ShouldBe(0);
        }
    }

    [Fact]
    public void Highest_passes_na_over_and_lengths_may_change() => Same(Cases(varying: true), () => new Highest().Update,
        (v, i, n) => Window(v, i, n)?.Where(x => !double.IsNaN(x)).DefaultIfEmpty(double.NaN).Max() ?? double.NaN);

    [Fact]
    public void Lowest_bars_names_the_oldest_of_equals() => Same(Cases(), () => new LowestBars().Update, (v, i, n) =>
    {
        if (Window(v, i, n) is not { } window || window.All(double.IsNaN)) return double.NaN;
        double min = window.Where(x => !double.IsNaN(x)).Min();
        return Array.IndexOf(window, min) - (n - 1);
    });

    [Fact]
    public void Ema_skips_na()
    {
        Same(Cases(), () => new Ema().Update, (v, i, n) =>
        {
            if (double.IsNaN(v[i])) return double.NaN;
            var seen = v[..(i + 1)].Where(x => !double.IsNaN(x)).ToArray();
            if (seen.Length < n) return double.NaN;
            double value = seen[..n].Average();
            foreach (double x in seen[n..]) value += 2.0 / (n + 1) * (x - value);
            return value;
        });
    }

    [Fact]
    public void Wma_repeats_the_last_value_over_gaps() => Same(Cases(gaps: false), () => new Wma().Update,
        (v, i, n) => Window(v, i, n) is { } w ? w.Select((x, k) => x * (k + 1)).Sum() / (n * (n + 1) / 2.0) : double.NaN);

    [Fact]
    public void Median_of_a_length_that_changes() => Same(Cases(gaps: false, varying: true), () => { var m = new Median(); return (v, n) => m.Update(v, n); }, (v, i, n) =>
    {
        if (Window(v, i, n) is not { } w) return double.NaN;
        Array.Sort(w = [.. w]);
        return n % 2 == 1 ? w[n / 2] : (w[n / 2 - 1] + w[n / 2]) / 2;
    });

    [Fact]
    public void Percentrank() => Same(Cases(gaps: false), () => new PercentRank().Update,
        (v, i, n) => i < n ? double.NaN : 100.0 * v[(i - n)..i].Count(x => x <= v[i]) / n);

    [Fact]
    public void Linreg_is_least_squares() => Same(Cases(gaps: false), () => { var l = new Linreg(); return (v, n) => l.Update(v, n, 1); }, (v, i, n) =>
    {
        if (n == 1) return v[i];
        if (Window(v, i, n) is not { } w) return double.NaN;
        double meanX = (n - 1) / 2.0, meanY = w.Average();
        double slope = w.Select((y, x) => (x - meanX) * (y - meanY)).Sum() / Enumerable.Range(0, n).Sum(x => (x - meanX) * (x - meanX));
        return meanY + slope * (n - 2 - meanX);
    });

    [Fact]
    public void Correlation_of_a_series_with_itself_is_one() => Prop.ForAll(Cases(gaps: false), c =>
    {
        var correlation = new Correlation();
        foreach (double v in c.Values)
        {
            double r = correlation.Update(v, v * 2 + 3, 5);
            if (!double.IsNaN(r) && r != 0 && Math.Abs(r - 1) > 1e-6) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rsi_mfi_and_stoch_stay_between_0_and_100() => Prop.ForAll(Cases(gaps: false), c =>
    {
        var (rsi, stoch, mfi) = (new Rsi(), new Stoch(), new Mfi());
        foreach (double v in c.Values)
            foreach (double x in new[] { rsi.Update(v, 5), stoch.Update(v, v + 1, v - 1, 5), mfi.Update(v + 100, 5, 10) })
                if (!double.IsNaN(x) && x is < -1e-9 or > 100 + 1e-9) return false;
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Valuewhen_and_barssince() => Prop.ForAll(Cases(gaps: false), c =>
    {
        var (when, since) = (new ValueWhen(), new BarsSince());
        var hits = new List<int>();
        for (int i = 0; i < c.Values.Length; i++)
        {
            bool hit = c.Lengths[i] % 3 == i % 3;
            if (hit) hits.Add(i);
            double value = when.Update(hit, c.Values[i], 1), bars = since.Update(hit);
            if (!value.Equals(hits.Count < 2 ? double.NaN : c.Values[hits[^2]])) return false;
            if (!bars.Equals(hits.Count == 0 ? double.NaN : i - hits[^1])) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Steady_updates_allocate_nothing()
    {
        var (sma, ema, rsi, highest, stdev, wma, atr, median) = (new Sma(), new Ema(), new Rsi(), new Highest(), new Stdev(), new Wma(), new Atr(), new Median());
        void Run(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                double v = Math.Sin(i) * 10;
                sma.Update(v, 20);
                ema.Update(v, 20);
                rsi.Update(v, 14);
                highest.Update(v, 20);
                stdev.Update(v, 20);
                wma.Update(v, 20);
                atr.Update(14, v + 1, v - 1, v);
                median.Update(v, 20);
            }
        }
        Run(0, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000, 20_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void A_sum_does_not_drift()
    {
        var sum = new RollingSum();
        var random = new Random(3);
        var last = new Queue<double>();
        double value = 0;
        for (int i = 0; i < 300_000; i++)
        {
            double x = random.NextDouble() * Math.Pow(10, random.Next(-6, 7));
            last.Enqueue(x);
            if (last.Count > 10) last.Dequeue();
            value = sum.Update(x, 10);
        }
        value.ShouldBe(last.Sum(), Math.Abs(last.Sum()) * 1e-9 + 1e-8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_length_below_one_is_refused(int length) => Should.Throw<PineArgumentException>(() => new Sma().Update(1, length)).Message.ShouldContain("length");
}
