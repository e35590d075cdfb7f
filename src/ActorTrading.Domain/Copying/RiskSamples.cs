using System.Collections.Immutable;

namespace ActorTrading.Domain;

/// <summary>The follower's balance and equity over time, thinned with age: bounded at <see cref="Max"/> samples whatever the limits.</summary>
internal static class RiskSamples
{
    /// <summary>A quarter of an hour for a day, an hour for a week, a day for a year, and the first.</summary>
    public const int Max = 4 * 25 + 24 * 8 + 366 + 2;

    private static readonly TimeSpan Fine = TimeSpan.FromMinutes(15);

    /// <summary>Adds a sample where a new quarter of an hour has begun, and thins the older ones.</summary>
    public static ImmutableArray<RiskSample> Add(ImmutableArray<RiskSample> samples, RiskSample sample)
    {
        if (samples.Length > 0 && Bucket(samples[^1].At, Fine) == Bucket(sample.At, Fine))
            return samples;
        var kept = ImmutableArray.CreateBuilder<RiskSample>(samples.Length + 1);
        for (var i = 0; i < samples.Length; i++)
        {
            var age = sample.At - samples[i].At;
            if (age > TimeSpan.FromDays(367) && i > 0)
                continue;
            var width = age <= TimeSpan.FromHours(25) ? Fine : age <= TimeSpan.FromDays(8) ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
            if (i == 0 || kept.Count == 0 || Bucket(kept[^1].At, width) != Bucket(samples[i].At, width))
                kept.Add(samples[i]);
        }
        kept.Add(sample);
        return kept.ToImmutable();
    }

    /// <summary>
    /// The value at a time. Between two samples it is not known: the larger of the two is taken, which measures the loss since
    /// then as larger and so stops sooner. Before the first sample it is the first.
    /// </summary>
    /// <param name="atStop">The last stop. A loss that led to it is over when it is, though no sample is as fine as that.</param>
    public static decimal ValueAt(ImmutableArray<RiskSample> samples, RiskSample? atStop, DateTimeOffset at, Func<RiskSample, decimal> value)
    {
        var before = -1;
        for (var i = 0; i < samples.Length && samples[i].At <= at; i++)
            before = i;
        if (before < 0)
            return value(samples[0]);
        var earlier = atStop is { } stop && stop.At > samples[before].At && stop.At <= at ? stop : samples[before];
        return earlier.At < at && before + 1 < samples.Length ? Math.Max(value(earlier), value(samples[before + 1])) : value(earlier);
    }

    private static long Bucket(DateTimeOffset at, TimeSpan width) => at.UtcTicks / width.Ticks;
}
