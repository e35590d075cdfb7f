using System.Diagnostics.Metrics;
using ActorTrading.Silo;

namespace ActorTrading.SystemTests.Telemetry;

/// <summary>What instruments are in Prometheus's text, and what it costs to measure.</summary>
public sealed class PrometheusMetricsTests
{
    [Fact]
    public void A_histogram_has_the_buckets_it_asks_for_in_base_units()
    {
        using var metrics = new PrometheusMetrics();
        using var meter = new Meter("ActorTrading.Test");
        var waits = meter.CreateHistogram("test.wait", "ms", "Waits", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [10, 100] });
        waits.Record(10);
        waits.Record(50);
        waits.Record(200);
        Of(metrics, "test_wait").ShouldBe(
        [
            "# HELP test_wait_seconds Waits", "# TYPE test_wait_seconds histogram",
            "test_wait_seconds_bucket{le=\"0.01\"} 1", "test_wait_seconds_bucket{le=\"0.1\"} 2", "test_wait_seconds_bucket{le=\"+Inf\"} 3",
            "test_wait_seconds_sum 0.26", "test_wait_seconds_count 3",
        ]);
    }

    [Fact]
    public void A_label_is_one_series_however_it_comes()
    {
        using var metrics = new PrometheusMetrics();
        using var meter = new Meter("ActorTrading.Test");
        var count = meter.CreateCounter<long>("test.count");
        count.Add(1, new KeyValuePair<string, object?>("kind", "paper"));
        count.Add(1, new KeyValuePair<string, object?>("kind", new string("paper")));
        count.Add(1, new KeyValuePair<string, object?>("kind", "mt5"));
        count.Add(1, new("kind", "mt5"), new("outcome", "done"));
        Of(metrics, "test_count").ShouldBe(
        [
            "# HELP test_count_total test.count", "# TYPE test_count_total counter",
            "test_count_total{kind=\"mt5\"} 1", "test_count_total{kind=\"mt5\",outcome=\"done\"} 1", "test_count_total{kind=\"paper\"} 2",
        ]);
    }

    [Fact]
    public void Measuring_without_a_label_or_with_one_allocates_nothing()
    {
        using var metrics = new PrometheusMetrics();
        using var meter = new Meter("ActorTrading.Test");
        var seconds = meter.CreateHistogram<double>("test.duration", "s");
        var count = meter.CreateCounter<long>("test.quotes");
        KeyValuePair<string, object?> label = new("rate", "every");
        Measure(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure(10_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Measure(int times)
        {
            for (var i = 0; i < times; i++)
            {
                seconds.Record(0.001);
                seconds.Record(0.001, label);
                count.Add(1);
            }
        }
    }

    private static IEnumerable<string> Of(PrometheusMetrics metrics, string name) =>
        metrics.Scrape().Split('\n').Where(line => line.Contains(name, StringComparison.Ordinal));
}
