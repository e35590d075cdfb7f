using System.Text.Json;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Client;

internal readonly record struct Subscription(string Symbol, TerminalTimeframe Timeframe);

/// <summary>
/// What is wanted of the tick stream, and what has been asked for on this connection: asking twice doubles the stream, so
/// each connection begins with RESET and asks for each exactly once. For the terminal's thread.
/// </summary>
internal sealed class SubscriptionBook(Mt5TerminalOptions options)
{
    /// <summary>Subscriptions that one terminal may have.</summary>
    public const int Max = 4096;

    private readonly List<Subscription> _wanted = [];
    private readonly HashSet<Subscription> _asked = [];

    /// <summary>A subscription's request went out and no answer came: only RESET makes the state known again.</summary>
    public bool IsUncertain { get; private set; }

    /// <returns>False where the limit is reached.</returns>
    public bool Add(Subscription subscription)
    {
        if (_wanted.Contains(subscription))
            return true;
        if (_wanted.Count >= Max)
            return false;
        _wanted.Add(subscription);
        return true;
    }

    public void Remove(Subscription subscription) => _wanted.Remove(subscription);

    public IEnumerable<string> QuoteSymbols => _wanted.Where(s => s.Timeframe == TerminalTimeframe.Tick).Select(s => s.Symbol);

    /// <summary>The requests that bring a connection with unknown subscriptions to the wanted ones.</summary>
    public IEnumerable<PendingQuestion<bool>> FromScratch()
    {
        _asked.Clear();
        IsUncertain = false;
        if (options.Dialect == TerminalDialect.B)
            return [];
        var reset = new PendingQuestion<bool>("RESET", RequestWriter.Plain("RESET"), AnswerShape.Acknowledgement, options.RequestTimeout, Accept)
        {
            Failed = _ => IsUncertain = true,
        };
        return [reset, .. Missing()];
    }

    /// <summary>The requests for what is wanted and not yet asked for; they count as asked from now on.</summary>
    public IReadOnlyList<PendingQuestion<bool>> Missing() =>
        options.Dialect == TerminalDialect.B ? [] : [.. _wanted.Where(_asked.Add).Select(Ask)];

    private PendingQuestion<bool> Ask(Subscription s) =>
        new($"CONFIG {s.Symbol} {s.Timeframe.WireName()}", RequestWriter.Subscribe(s.Symbol, s.Timeframe), AnswerShape.Acknowledgement, options.RequestTimeout, Accept)
        {
            // A refusal is an answer; anything else leaves open whether the stream has been added.
            Failed = e => IsUncertain |= e is not TerminalErrorException,
        };

    private static bool Accept(JsonElement _) => true;
}
