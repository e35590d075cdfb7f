using System.Collections.Immutable;
using ActorTrading.Domain;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace ActorTrading.Contracts;

/// <summary>One trading account, key: its id. A fold over its ledger, which is durable before anything is answered.</summary>
[Alias("ActorTrading.IAccountGrain"), Version(2)]
public interface IAccountGrain : IGrainWithGuidKey
{
    /// <summary>Creates the account; repeating the same request answers the same.</summary>
    [Alias("Open")]
    Task<AccountStatus> OpenAsync(OpenAccount request);

    /// <summary>Places an order. A repeated client order id answers with the order it first made.</summary>
    /// <returns>For an account at a terminal: after the terminal's outcome, or with status Submitted when that takes longer than ten seconds.</returns>
    [Alias("Place")]
    Task<TradeResult> PlaceAsync(PlaceOrder command);

    [Alias("ModifyOrder")]
    Task<TradeResult> ModifyOrderAsync(ModifyOrder command);

    [Alias("CancelOrder")]
    Task<TradeResult> CancelOrderAsync(CancelOrder command);

    [Alias("ModifyPosition")]
    Task<TradeResult> ModifyPositionAsync(ModifyPosition command);

    [Alias("ClosePosition")]
    Task<TradeResult> ClosePositionAsync(ClosePosition command);

    [Alias("CloseBy")]
    Task<TradeResult> CloseByAsync(CloseBy command);

    [Alias("AdjustBalance")]
    Task<TradeResult> AdjustBalanceAsync(AdjustBalance command);

    /// <summary>Decides leader entries for one link, in order, each exactly once.</summary>
    [Alias("Copy")]
    Task<CopyAck> CopyAsync(CopyOffer offer);

    /// <summary>Closes or keeps what a link has open, as its removal mode says, and answers whether anything of it is left.</summary>
    [Alias("Unlink")]
    Task<CopyAck> UnlinkAsync(UnlinkRequest request);

    /// <summary>Looks at a link as a whole and does what its settings ask for.</summary>
    [Alias("WatchLink")]
    Task<LinkRiskState> WatchLinkAsync(LinkWatch watch);

    [Alias("OnTrigger")]
    Task OnTriggerAsync(TriggerHit hit);

    /// <summary>Arms again at every symbol what this account waits for; a symbol calls it after losing its book.</summary>
    [Alias("Rearm"), OneWay]
    Task RearmAsync();

    /// <summary>What the account's terminal saw: outcomes of orders, and changes that nobody here asked for.</summary>
    [Alias("OnTerminal")]
    Task OnTerminalAsync(TerminalReport report);

    /// <summary>The account's terminal quotes a price that it waits for: trailing stops follow.</summary>
    [Alias("OnPrice")]
    Task OnPriceAsync(PriceReached price);

    [Alias("GetStatus"), ReadOnly]
    Task<AccountStatus> GetStatusAsync();

    [Alias("GetState"), ReadOnly]
    Task<AccountState> GetStateAsync();

    /// <summary>Reconciles with the terminal now; a paper account answers its status.</summary>
    [Alias("Sync")]
    Task<AccountStatus> SyncAsync();

    /// <summary>Closes an account that is flat; refused with <c>ACCOUNT_NOT_FLAT</c> while anything is open.</summary>
    [Alias("Close")]
    Task<TradeResult> CloseAsync();

    /// <summary>Closes an account at a terminal whatever it holds: that stays at the broker. One that is on paper is closed as by <see cref="CloseAsync"/>.</summary>
    [Alias("Leave")]
    Task<TradeResult> LeaveAsync();

    /// <summary>Sets whether a <see cref="ILeaderGrain"/> of the same key is told of new entries.</summary>
    [Alias("SetPublished")]
    Task SetPublishedAsync(bool published);
}

[GenerateSerializer, Immutable, Alias("ActorTrading.OpenAccount")]
public sealed record OpenAccount(
    [property: Id(0)] Guid UserId,
    [property: Id(1)] string Name,
    [property: Id(2)] AccountKind Kind,
    [property: Id(3)] PositionMode Mode,
    [property: Id(4)] string Currency,
    [property: Id(5)] int Leverage,
    [property: Id(6)] decimal Deposit,
    [property: Id(7)] TerminalAddress? Terminal,
    [property: Id(8)] DateTimeOffset At);

/// <summary>The answer to a trade command.</summary>
/// <param name="Code">Stable UPPER_SNAKE code of a refusal; null when accepted.</param>
/// <param name="Order">The order as it stands now, where the command made or touched one.</param>
/// <param name="Seq">The account's sequence after the command.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.TradeResult")]
public sealed record TradeResult(
    [property: Id(0)] bool Accepted,
    [property: Id(1)] Retcode Retcode,
    [property: Id(2)] string Message,
    [property: Id(3)] string? Code,
    [property: Id(4)] Order? Order,
    [property: Id(5)] Guid? PositionId,
    [property: Id(6)] long Seq);

/// <summary>Money in the account's currency; <paramref name="MarginLevel"/> in percent, null without margin.</summary>
/// <param name="Reason">Why a terminal's account cannot trade for the moment, for its user to read; null where it can, or nothing is known.</param>
[GenerateSerializer, Immutable, Alias("ActorTrading.AccountStatus")]
public sealed record AccountStatus(
    [property: Id(0)] Guid AccountId,
    [property: Id(1)] string Status,
    [property: Id(2)] decimal Balance,
    [property: Id(3)] decimal Equity,
    [property: Id(4)] decimal Margin,
    [property: Id(5)] decimal FreeMargin,
    [property: Id(6)] decimal? MarginLevel,
    [property: Id(7)] DateTimeOffset? LastSync,
    [property: Id(8)] long Seq,
    [property: Id(9)] string Currency,
    [property: Id(10)] string? Reason = null);
