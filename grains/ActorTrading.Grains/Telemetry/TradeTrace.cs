using System.Diagnostics;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>
/// The steps from an order to the fills that follow from it, as spans of one trace: <c>order</c>, <c>fill</c>, <c>copy.offer</c>,
/// <c>copy.link</c>, <c>copy.decide</c>, <c>commit</c>, <c>terminal.order</c>, <c>fill</c>. From grain to grain the trace goes with the calls. Without a
/// listener nothing is made and nothing is looked at.
/// </summary>
public static class TradeTrace
{
    public const string SourceName = "ActorTrading";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool IsOn => Source.HasListeners();

    /// <summary>What to go on with later, or elsewhere; nothing where nobody listens.</summary>
    public static ActivityContext Current => IsOn && Activity.Current is { } current ? current.Context : default;

    /// <summary>A step of what is under way here.</summary>
    public static Activity? Start(string step) => Source.StartActivity(step);

    /// <summary>A step of something that began earlier; of nothing, where that is not known.</summary>
    public static Activity? Start(string step, ActivityContext cause, IEnumerable<ActivityLink>? further = null)
    {
        if (!IsOn)
        {
            return null;
        }

        if (cause == default)
        {
            Activity.Current = null;
        }

        return Source.StartActivity(ActivityKind.Internal, cause, links: further, name: step);
    }

    /// <summary>Entries on their way to the disk: <c>fill</c> where a deal is among them.</summary>
    public static Activity? Commit(IReadOnlyList<LedgerEntry> entries, ActivityContext cause)
    {
        if (!IsOn)
        {
            return null;
        }

        var step = entries.Any(e => e.Event is DealExecuted) ? "fill" : "commit";
        var span = cause == default || cause.TraceId == Current.TraceId ? Start(step) : Start(step, cause);
        return span?.SetTag("ledger.seq", entries[^1].Seq);
    }

    /// <summary>
    /// The entries with the step that writes them, so that whoever offers them to followers goes on with it, on whatever silo and however much later.
    /// </summary>
    public static IReadOnlyList<LedgerEntry> Sign(IReadOnlyList<LedgerEntry> entries, Activity? step) => step is not { Recorded: true }
        ? entries
        : [.. entries.Select(e => CopyRules.IsTradeEvent(e.Event) ? e with { Event = e.Event with { Trace = step.Id } } : e)];

    /// <summary>The step that wrote an entry; nothing where it was not traced, or nobody listens here.</summary>
    public static ActivityContext Of(LedgerEntry entry) =>
        entry.Event.Trace is { } trace && IsOn && ActivityContext.TryParse(trace, null, isRemote: true, out var context) ? context : default;

    public static void Failed(this Activity? span, Exception error) => span?.SetStatus(ActivityStatusCode.Error, error.Message);
}
