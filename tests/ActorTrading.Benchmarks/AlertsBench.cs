using System.Diagnostics;
using ActorTrading.Domain;

namespace ActorTrading.Benchmarks;

/// <summary>One symbol's trigger book with the thresholds of many alerts: what a quote costs that reaches none, and one that reaches many.</summary>
public sealed class AlertsBench : IBench
{
    private const string Symbol = "EURUSD";
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    public string Name => "alerts";

    public string What => "armed=1000000 alerts on one symbol: ns per quote when none fires, and time to fire fired=10000";

    public Task<BenchReport> RunAsync(BenchSettings settings)
    {
        var armed = settings.Count("armed", 1_000_000);
        var fired = Math.Min(settings.Count("fired", 10_000), armed / 2);
        var quotes = settings.Count("quotes", 5_000_000);

        GC.Collect();
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        var (book, alerts) = Arm(armed, fired);
        var arming = Stopwatch.GetElapsedTime(start);
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;

        Quiet(book, quotes / 10);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var (quiet, hits) = Quiet(book, quotes);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        if (hits != 0)
            throw new InvalidOperationException($"{hits} alerts fired at quotes that should reach none.");

        // A jump over the levels of exactly this many alerts; each is then judged and armed anew, as its owner would.
        var buffer = new List<PriceTrigger>(fired);
        start = Stopwatch.GetTimestamp();
        book.Fire(new Quote(Symbol, 1.2000m, 1.2001m, Start.AddHours(1)), buffer);
        var firing = Stopwatch.GetElapsedTime(start);
        if (buffer.Count != fired)
            throw new InvalidOperationException($"{buffer.Count} alerts fired instead of {fired}.");
        var told = 0;
        start = Stopwatch.GetTimestamp();
        foreach (var hit in buffer)
        {
            var definition = alerts[hit.Key.OwnerId];
            var (state, alert) = AlertEngine.Observe(definition, AlertState.New with { Previous = 1.1000m }, new AlertObservation(1.2000m, Start.AddHours(1)));
            told += alert is null ? 0 : 1;
            book.Replace(definition.Id, AlertArming.Arm(definition, state).AsSpan());
        }
        var judging = Stopwatch.GetElapsedTime(start);

        return Task.FromResult(new BenchReport(Name,
        [
            new Measurement("quotes, none fires", quotes / quiet.TotalSeconds, null, (double)bytes / quotes,
                new Dictionary<string, double> { ["armed"] = armed, ["ns_per_quote"] = quiet.TotalNanoseconds / quotes }),
            new Measurement("fire", fired / firing.TotalSeconds, null, null,
                new Dictionary<string, double> { ["fired"] = fired, ["ms"] = firing.TotalMilliseconds }),
            new Measurement("judge and arm anew", fired / judging.TotalSeconds, null, null,
                new Dictionary<string, double> { ["told"] = told, ["ms"] = judging.TotalMilliseconds }),
            new Measurement("arm", armed / arming.TotalSeconds, null, null,
                new Dictionary<string, double> { ["ms"] = arming.TotalMilliseconds, ["bytes_per_alert"] = (double)memory / armed }),
        ]));
    }

    /// <summary>Crossing alerts on both sides of 1.1000: <paramref name="near"/> of them between there and 1.2000, the others further away.</summary>
    private static (TriggerBook Book, Dictionary<Guid, AlertDefinition> Near) Arm(int armed, int near)
    {
        var random = new Random(1);
        var book = new TriggerBook(Symbol);
        var kept = new Dictionary<Guid, AlertDefinition>(near);
        for (var i = 0; i < armed; i++)
        {
            var rising = i < near || i % 2 == 0;
            var level = i < near ? 1.1010m + random.Next(9_900) * 0.00001m : rising ? 1.3m + random.Next(100_000) * 0.00001m : 0.1m + random.Next(80_000) * 0.00001m;
            var definition = new AlertDefinition
            {
                Id = DeterministicId.FromNumbers(1, i),
                Symbol = Symbol,
                Condition = rising ? AlertCondition.CrossingUp : AlertCondition.CrossingDown,
                Value = level,
                Trigger = AlertTrigger.EveryTime,
                Price = i >= near && i % 10 == 1 ? PriceSource.Mid : i % 3 == 0 && i >= near ? PriceSource.Ask : PriceSource.Bid,
            };
            if (i < near)
                kept.Add(definition.Id, definition);
            foreach (var trigger in AlertArming.Arm(definition, AlertState.New with { Previous = 1.1000m }))
                book.Set(trigger);
        }
        return (book, kept);
    }

    private static (TimeSpan Time, long Hits) Quiet(TriggerBook book, int quotes)
    {
        var hits = new List<PriceTrigger>();
        var prices = Enumerable.Range(0, 1024).Select(i => new Quote(Symbol, 1.1000m + i % 64 * 0.00001m, 1.1001m + i % 64 * 0.00001m, Start.AddSeconds(i))).ToArray();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < quotes; i++)
            book.Fire(prices[i & 1023], hits);
        return (Stopwatch.GetElapsedTime(start), hits.Count);
    }
}
