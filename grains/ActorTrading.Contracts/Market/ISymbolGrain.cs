using System.Collections.Immutable;
using ActorTrading.Domain;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>One symbol, key: its name. The one place where its quotes pass; holds the last quote, the bars and the trigger book.</summary>
/// <remarks>
/// The last quote and the bars survive in PostgreSQL (written behind); the trigger book is rebuilt from PostgreSQL on
/// activation; observers are not kept and renew themselves.
/// </remarks>
[Alias("ActorTrading.ISymbolGrain"), Version(1)]
public interface ISymbolGrain : IGrainWithStringKey
{
    /// <summary>Takes quotes from a feed, oldest first. Quotes of a feed that is not the preferred one are kept only for fail-over.</summary>
    [Alias("Publish")]
    Task PublishAsync(QuoteBatch batch);

    [Alias("GetQuote")]
    Task<QuoteReply> GetQuoteAsync();

    /// <summary>Adds or renews an observer, one a process; it is dropped when not renewed for 30 seconds. Returns the last quote at once.</summary>
    [Alias("Subscribe")]
    Task<QuoteReply> SubscribeAsync(IQuoteObserver observer);

    [Alias("Unsubscribe")]
    Task UnsubscribeAsync(IQuoteObserver observer);

    /// <summary>Replaces everything that the account has armed here. A level that the newest quote has reached fires at it; after a start, at the first quote.</summary>
    [Alias("Arm")]
    Task ArmAsync(ArmTriggers request);

    /// <summary>Adds or replaces an alert; one that is not active is removed, one whose changed definition is here already goes on as it is.</summary>
    [Alias("ArmAlert")]
    Task ArmAlertAsync(AlertView alert);

    [Alias("DisarmAlert")]
    Task DisarmAlertAsync(Guid alertId);

    /// <summary>Bars, oldest first; the last one may still be forming.</summary>
    [Alias("GetBars")]
    Task<ImmutableArray<BarRow>> GetBarsAsync(BarQuery query);
}

/// <summary>Receives a symbol's quotes. Called once per quote or batch; must return at once.</summary>
[Alias("ActorTrading.IQuoteObserver")]
public interface IQuoteObserver : IGrainObserver
{
    [Alias("OnQuotes")]
    [OneWay]
    Task OnQuotesAsync(QuoteBatch batch);
}

/// <summary>Quotes of one symbol from one feed, oldest first.</summary>
/// <param name="Feed">The feed's name: a terminal's id, <c>simulator</c>, <c>replay</c>.</param>
/// <param name="ReceivedUtcTicks">When the first of them came in, by the clock of the machine that received it, UTC; 0 where unknown.</param>
/// <param name="FeedRank">The feed's preference, 0 best.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.QuoteBatch")]
public sealed record QuoteBatch(
    [property: Id(0)] string Symbol,
    [property: Id(1)] string Feed,
    [property: Id(2)] ImmutableArray<Quote> Quotes,
    [property: Id(5)] long ReceivedUtcTicks,
    [property: Id(4)] int FeedRank);

[GenerateSerializer, Immutable, Alias("ActorTrading.QuoteReply")]
public sealed record QuoteReply([property: Id(0)] Quote? Quote, [property: Id(1)] Instrument? Instrument);

/// <summary>The whole of what one account wants armed at one symbol.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.ArmTriggers")]
public sealed record ArmTriggers(
    [property: Id(0)] Guid AccountId,
    [property: Id(1)] string Symbol,
    [property: Id(2)] ImmutableArray<PriceTrigger> Triggers);

/// <summary>Levels of one account that a quote has reached, in the order in which the book fired them.</summary>
/// <param name="At">When it came, by the clock of the symbol's process.</param>
/// <param name="Late">Told again, after a first time that was not taken.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.TriggerHit")]
public sealed record TriggerHit(
    [property: Id(0)] Guid AccountId,
    [property: Id(1)] Quote Quote,
    [property: Id(2)] ImmutableArray<PriceTrigger> Triggers,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] bool Late = false);

/// <summary>Which bars are wanted: those that open in [From, To), at most <paramref name="Limit"/> of the newest.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.BarQuery")]
public sealed record BarQuery(
    [property: Id(0)] string Timeframe,
    [property: Id(1)] DateTimeOffset? From,
    [property: Id(2)] DateTimeOffset? To,
    [property: Id(3)] int Limit);

/// <summary>A bar on bid prices; <paramref name="Volume"/> counts ticks.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.BarRow")]
public sealed record BarRow(
    [property: Id(0)] DateTimeOffset Time,
    [property: Id(1)] decimal Open,
    [property: Id(2)] decimal High,
    [property: Id(3)] decimal Low,
    [property: Id(4)] decimal Close,
    [property: Id(5)] long Volume);
