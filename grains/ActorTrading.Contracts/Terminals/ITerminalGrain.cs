using System.Collections.Immutable;
using ActorTrading.Domain;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>
/// The connection to one MetaTrader 5 terminal, key: the account it is logged in to. Owns the sockets; being single, it is the
/// terminal's only client, as the protocol demands.
/// </summary>
[Alias("ActorTrading.ITerminalGrain"), Version(2)]
public interface ITerminalGrain : IGrainWithGuidKey
{
    /// <summary>Connects, or reconnects where the address or the time zone has changed; remembered across restarts.</summary>
    [Alias("Configure")]
    Task ConfigureAsync(TerminalConfig config);

    /// <summary>Reads anew where the terminal is, and reconnects where that has changed. The books on the new connection must be the account's before anything is sent.</summary>
    [Alias("Reload")]
    Task ReloadAsync();

    /// <summary>Brings the grain up after a restart; it connects by itself.</summary>
    [Alias("Wake"), OneWay]
    Task WakeAsync();

    /// <summary>The account has read its ledger anew and waits for a comparison of the books, which gives it a session to ask under.</summary>
    [Alias("AccountIsBack")]
    Task AccountIsBackAsync();

    /// <summary>
    /// Sends a command whose <see cref="OrderSubmitted"/> is durable. The outcome comes to the account through
    /// <see cref="IAccountGrain.OnTerminalAsync"/>, also after a crash. What comes under another session than the last comparison's is
    /// left out: a message may be late, and the account has asked again since.
    /// </summary>
    [Alias("Submit")]
    Task SubmitAsync(TerminalInstruction instruction);

    /// <summary>
    /// An order of the account that has no outcome is not to be sent any more, whatever comes of it later. Where it has not been and cannot have been,
    /// its account is told that it is cancelled; else what became of it tells the terminal's answer, or the next comparison.
    /// </summary>
    [Alias("Withdraw")]
    Task WithdrawAsync(Guid orderId);

    /// <summary>
    /// Follows the terminal's own prices for the account, in the place of what it followed before: a price at or beyond one of the
    /// triggers comes to <see cref="IAccountGrain.OnPriceAsync"/>, at most one a symbol at a time and every
    /// <c>TerminalSettings.PriceEvery</c>, until the triggers change. Forgotten with the activation.
    /// </summary>
    [Alias("WatchPrices")]
    Task WatchPricesAsync(PriceWatch watch);

    [Alias("Sync")]
    Task<TerminalStatus> SyncAsync();

    [Alias("GetStatus"), AlwaysInterleave]
    Task<TerminalStatus> GetStatusAsync();

    [Alias("Disconnect")]
    Task DisconnectAsync();
}

/// <summary>Where a terminal listens. Ports are RequestPort to RequestPort+3, as the expert advisor binds them.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.TerminalAddress")]
public sealed record TerminalAddress([property: Id(0)] string Host, [property: Id(1)] int RequestPort);

/// <param name="FeedSymbols">Symbols whose quotes this terminal feeds to the symbol grains; empty when it is no feed.</param>
/// <param name="FeedRank">Preference of the feed, 0 best.</param>
/// <param name="ServerTimeZone">In which the terminal tells its times: a name that <see cref="Domain.ServerTimeZone"/> knows; null for UTC.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.TerminalConfig")]
public sealed record TerminalConfig(
    [property: Id(0)] TerminalAddress Address,
    [property: Id(1)] ImmutableArray<string> FeedSymbols,
    [property: Id(2)] int FeedRank,
    [property: Id(3)] string? ServerTimeZone = null);

/// <summary>What an account asks of its terminal: exactly one of the two is set. Positions and orders are named by the terminal's tickets.</summary>
/// <param name="Order">An order that is durably submitted: to be opened, or with <see cref="Domain.Order.ClosesPositionId"/> to close.</param>
/// <param name="Request">A change that is durably asked for.</param>
/// <param name="Partial">The order closes a part of its position only.</param>
/// <param name="Netting">The account nets: a part is closed by an opposite order.</param>
/// <param name="Session">Of the last comparison that the account knows of.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.TerminalInstruction")]
public sealed record TerminalInstruction(
    [property: Id(0)] Order? Order,
    [property: Id(1)] TerminalRequest? Request,
    [property: Id(2)] long? PositionTicket,
    [property: Id(3)] long? OrderTicket,
    [property: Id(4)] TerminalSession Session,
    [property: Id(5)] bool Partial,
    [property: Id(6)] bool Netting = false)
{
    public Guid Id => Order?.Id ?? Request!.Id;
}

/// <summary>
/// What has been compared, and by whom. Between two comparisons a terminal takes each instruction once; with a new one everything
/// older is void, so that no late message can repeat what the comparison has found done.
/// </summary>
/// <param name="Owner">The activation that holds the terminal.</param>
/// <param name="Round">Its comparisons so far, from 1.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.TerminalSession")]
public sealed record TerminalSession([property: Id(0)] Guid Owner, [property: Id(1)] long Round);

/// <summary>The prices that an account waits for at its terminal.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.PriceWatch")]
public sealed record PriceWatch([property: Id(0)] ImmutableArray<PriceTrigger> Triggers);

/// <summary>A price at the account's own terminal, with the extremes since the triggers of its symbol were set.</summary>
[GenerateSerializer, Immutable, Alias("ActorTrading.PriceReached")]
public sealed record PriceReached([property: Id(0)] Quote Quote, [property: Id(1)] decimal HighestBid, [property: Id(2)] decimal LowestAsk);

/// <summary>What an account must know of its terminal, oldest first; a report applied twice changes nothing.</summary>
/// <param name="Reason">Why the terminal is in no state to trade; null where it is, or nothing is known.</param>
/// <param name="Session">Set where the books have been compared: what has no outcome is to be asked again, under this session.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.TerminalReport")]
public sealed record TerminalReport(
    [property: Id(0)] ImmutableArray<TerminalFact> Facts,
    [property: Id(1)] string State,
    [property: Id(2)] DateTimeOffset? LastSync,
    [property: Id(3)] TerminalSession? Session = null,
    [property: Id(4)] string? Reason = null);

[GenerateSerializer, Immutable, Alias("ActorTrading.TerminalStatus")]
public sealed record TerminalStatus(
    [property: Id(0)] string State,
    [property: Id(1)] string? Reason,
    [property: Id(2)] DateTimeOffset? LastSync,
    [property: Id(3)] int InFlight);
