namespace ActorTrading.SystemTests.Telemetry;

/// <summary>A trace that begins with an order, as far as it has been received.</summary>
/// <param name="Fill">The order's own deal; null where it has not been received.</param>
/// <param name="Offers">The leader's steps that handed it to followers.</param>
/// <param name="Followers">For each follower's decision that the order led to and that came to a fill: the decision.</param>
internal sealed record TradeTrace(ReceivedSpan? Fill, IReadOnlyList<ReceivedSpan> Offers, IReadOnlyList<ReceivedSpan> Followers);

internal static class TradeTraces
{
    public static IEnumerable<TradeTrace> Of(IEnumerable<ReceivedSpan> spans)
    {
        foreach (var trace in spans.GroupBy(s => s.Trace).Where(t => t.Any(s => s.Name == "order")))
        {
            var byId = trace.DistinctBy(s => s.Id).ToDictionary(s => s.Id);
            var fills = byId.Values.Where(s => s.Name == "fill").ToList();
            yield return new TradeTrace(
                fills.Find(fill => Steps(fill, byId) is { } steps && steps.All(s => s.Name != "copy.decide")),
                [.. byId.Values.Where(s => s.Name == "copy.offer" && Steps(s, byId) is not null)],
                [.. fills.Select(fill => Steps(fill, byId)?.FirstOrDefault(s => s.Name == "copy.decide")).OfType<ReceivedSpan>().Distinct()]);
        }
    }

    public static string Describe(IEnumerable<ReceivedSpan> spans) =>
        string.Join('\n', spans.GroupBy(s => s.Trace).Where(t => t.Any(s => s.Name == "order")).Select(t => $"{t.Key}: {string.Join(", ", t.CountBy(s => $"{s.Name} in {s.Process}"))}"));

    /// <summary>What a span lies in, the nearest first, up to the order; null where that is not whole.</summary>
    private static List<ReceivedSpan>? Steps(ReceivedSpan span, Dictionary<string, ReceivedSpan> byId)
    {
        var steps = new List<ReceivedSpan>();
        while (span.Name != "order")
        {
            if (!byId.TryGetValue(span.Parent, out var parent))
            {
                return null;
            }

            steps.Add(span = parent);
        }

        return steps;
    }
}
