using System.Diagnostics.Metrics;

namespace ActorTrading.Mt5.Client;

/// <summary>What this process's connections to terminals tell of themselves, under the meter <see cref="MeterName"/>. Times in seconds.</summary>
internal static class TerminalMetrics
{
    public const string MeterName = "ActorTrading.Terminals";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Lock Gate = new();
    private static readonly List<TerminalLoop> Loops = [];

    /// <summary>A terminal beside us answers in a millisecond, a broker far away in a second; a trade is given up after ten.</summary>
    private static readonly InstrumentAdvice<double> TradeBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly Histogram<double> TradeSeconds = Meter.CreateHistogram("actortrading.terminal.trade.duration", "s",
        "From sending a trade to its terminal until it was answered", advice: TradeBuckets);

    private static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("actortrading.terminal.reconnects", "{connection}", "Terminals that came online again after their connection was lost");
    private static readonly Counter<long> Losses = Meter.CreateCounter<long>("actortrading.terminal.connection.losses", "{connection}", "Connections lost that had been online");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("actortrading.terminal.requests.refused", "{request}", "Requests that were not sent: offline, waited too long, or too many waiting");
    private static readonly Counter<long> Unknown = Meter.CreateCounter<long>("actortrading.terminal.trades.unknown", "{trade}", "Trades sent whose outcome was not known at once and had to be looked up");

    static TerminalMetrics()
    {
        Meter.CreateObservableGauge("actortrading.terminal.connections", () => Count(_ => true), "{terminal}", "Terminals that this process connects to");
        Meter.CreateObservableGauge("actortrading.terminal.online", () => Count(loop => loop.State == TerminalConnectionState.Online), "{terminal}", "Of those, the ones that take requests now");
        Meter.CreateObservableGauge("actortrading.terminal.requests.waiting", Waiting, "{request}", "Requests waiting to be sent, all terminals together");
        foreach (var counter in new[] { Reconnects, Losses, Refused, Unknown })
        {
            // Shown as 0 before the first, so that a rise from nothing is seen as one.
            counter.Add(0);
        }
    }

    public static void Add(TerminalLoop loop)
    {
        lock (Gate)
            Loops.Add(loop);
    }

    public static void Remove(TerminalLoop loop)
    {
        lock (Gate)
            Loops.Remove(loop);
    }

    public static void CameOnline(bool again)
    {
        if (again)
            Reconnects.Add(1);
    }

    public static void WentOffline() => Losses.Add(1);

    public static void Traded(TradeOutcome outcome)
    {
        switch (outcome)
        {
            case TradeOutcome.Answered answer:
                TradeSeconds.Record(answer.Latency.TotalSeconds);
                break;
            case TradeOutcome.Refused { Kind: not RefusalKind.Invalid }:
                Refused.Add(1);
                break;
            case TradeOutcome.Unknown:
                Unknown.Add(1);
                break;
        }
    }

    private static int Count(Func<TerminalLoop, bool> which)
    {
        lock (Gate)
            return Loops.Count(which);
    }

    private static int Waiting()
    {
        lock (Gate)
            return Loops.Sum(loop => loop.Waiting);
    }
}
