using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>How terminals are treated.</summary>
/// <param name="PollEvery">How often a terminal is asked what it holds, because it does not announce everything.</param>
/// <param name="SettlePause">Between the two equal looks that a comparison needs.</param>
public sealed record TerminalSettings(TimeSpan PollEvery, TimeSpan SettlePause, TimeSpan TradeTimeout)
{
    /// <summary>The least time between two prices of a symbol that are told to the account, and so between two moves of a trailing stop.</summary>
    public TimeSpan PriceEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A market order that opens is sent within this time of being asked for, or refused: the price that was seen is not there any more when
    /// a terminal comes back after an hour. What closes is sent however late.
    /// </summary>
    public TimeSpan OpenWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a price counts as the present one for an order that bounds its deviation: the price of its decision, or one that the terminal has
    /// streamed since. An order that is older and has none is held against the terminal's newest tick, which takes a question.
    /// </summary>
    public TimeSpan PriceFreshFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the account is asked for a sign of life, which brings up one that is gone. Less than the time after which an idle grain is let go.</summary>
    public TimeSpan AccountEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a terminal that shows another account's books is looked at again; each look reads its whole history.</summary>
    public TimeSpan StrangeEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often another reason why a terminal cannot be reached is told; the first one is told at once.</summary>
    public TimeSpan ReasonEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What may wait at an account for its terminal.</summary>
    public TerminalLimits Limits { get; init; } = TerminalLimits.Default;

    public static TerminalSettings Default { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));
}

/// <summary>One connection's client with its listeners: quotes go straight on, the rest is remembered for the grain to look at.</summary>
internal sealed class TerminalLink : ITerminalEvents, IAsyncDisposable
{
    private const int SettleTriesMax = 20;

    /// <summary>How far back a terminal's newest tick is looked for. All ticks since come with it, and the end lies ahead, so that a fast server's clock hides none.</summary>
    private static readonly TimeSpan TickReach = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TickAhead = TimeSpan.FromHours(1);

    private readonly Mt5TerminalClient _client;
    private readonly TerminalSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly QuotePump? _quotes;
    private readonly Guid _accountId;
    private readonly IGrainFactory _grains;
    private readonly HistoryPace _pace;
    private readonly PriceLanes _prices;
    private readonly TerminalPrices _newest;
    private readonly Announcements _announced = new();
    private readonly HashSet<string> _fed;
    private readonly HashSet<string> _subscribed;
    private TerminalSnapshot? _known;
    private volatile string? _reason;
    private int _lost = 1;
    private int _changed;

    public TerminalLink(TerminalConfig config, TerminalSettings settings, IGrainFactory grains, Guid accountId, TradingMetrics metrics, TimeProvider clock, ILoggerFactory logs)
    {
        (_settings, _clock, _accountId, _grains) = (settings, clock, accountId, grains);
        _log = logs.CreateLogger<TerminalLink>();
        _pace = new HistoryPace(clock);
        _newest = new TerminalPrices(clock);
        _prices = new PriceLanes(price => grains.GetGrain<IAccountGrain>(accountId).OnPriceAsync(price), settings.PriceEvery, clock, _log);
        _fed = new HashSet<string>(config.FeedSymbols, StringComparer.Ordinal);
        _subscribed = new HashSet<string>(_fed, StringComparer.Ordinal);
        var port = config.Address.RequestPort;
        var options = new Mt5TerminalOptions
        {
            Host = config.Address.Host,
            RequestPort = port,
            ReplyPort = port + 1,
            StreamPort = port + 2,
            EventPort = port + 3,
            TradeTimeout = settings.TradeTimeout,
            ServerTimeZone = config.ServerTimeZone is { } zone ? ServerTimeZone.Find(zone) : TimeZoneInfo.Utc,
        };
        _client = new Mt5TerminalClient(options, this, clock);
        if (!config.FeedSymbols.IsEmpty)
        {
            _quotes = new QuotePump(grains, accountId.ToString("N"), config.FeedRank, metrics, clock, _log);
            _ = _client.SubscribeQuotesAsync(config.FeedSymbols);
        }

        _client.Start();
    }

    public bool IsOnline => _client.State == TerminalConnectionState.Online;

    public string? Reason => _reason;

    /// <summary>As of the last comparison.</summary>
    public bool HasWideTickets => _known?.HasWideTickets == true;

    public async Task<TradeOutcome> TradeAsync(TradeRequest request)
    {
        if (request.Action != TradeAction.PositionModify)
        {
            Interlocked.Exchange(ref _changed, 1);
            _announced.Sending(request.ClientOrderId);
            var answer = await _client.TradeAsync(request);
            _announced.Sent(answer);
            return answer;
        }

        // Levels show in the next look at the positions, so that a stop that follows the market does not ask for the whole history each time.
        var outcome = await _client.TradeAsync(request);
        if (outcome is TradeOutcome.Answered { Succeeded: true } && _known is { } known)
        {
            _known = known with
            {
                Positions = [.. known.Positions.Select(p => p.Ticket == request.Ticket ? p with { StopLoss = Level(request.StopLoss), TakeProfit = Level(request.TakeProfit) } : p)],
            };
        }

        return outcome;

        static decimal? Level(decimal? price) => price is 0m ? null : price;
    }

    /// <summary>The position as the terminal has it now; null where it shows none of this ticket.</summary>
    public async Task<TerminalPosition?> FindPositionAsync(long ticket) => (await _client.GetPositionsAsync()).FirstOrDefault(p => p.Ticket == ticket);

    /// <summary>A price that the terminal has streamed lately; null where none has come.</summary>
    public Quote? StreamedPrice(string symbol) => _newest.Find(symbol, _settings.PriceFreshFor);

    /// <summary>The terminal's newest tick of the last minute, asked for; null where it has none.</summary>
    public async Task<Quote?> AskPriceAsync(string symbol)
    {
        var now = _clock.GetUtcNow();
        return await _client.GetTicksAsync(symbol, now - TickReach, now + TickAhead) is { Count: > 0 } ticks ? ticks[^1] : null;
    }

    /// <summary>
    /// Follows the prices of what the account waits for. A symbol once subscribed stays so while the connection's client lives: the
    /// protocol can only drop all.
    /// </summary>
    public void Watch(ImmutableArray<PriceTrigger> triggers)
    {
        _prices.Set(triggers);
        var missing = _prices.Symbols.Where(_subscribed.Add).ToList();
        if (missing.Count > 0)
        {
            _ = SubscribeAsync(missing);
        }
    }

    private async Task SubscribeAsync(List<string> symbols)
    {
        try
        {
            await _client.SubscribeQuotesAsync(symbols);
        }
        catch (Exception e)
        {
            // Kept as wanted by the client, which asks again on its next connection.
            _log.LogWarning("Terminal of account {AccountId} does not quote {Symbols}, so stops there do not trail: {Reason}", _accountId, string.Join(", ", symbols), e.Message);
        }
    }

    /// <summary>Whether the connection was lost since this was last asked; true on the first question.</summary>
    public bool TakeConnectionLost() => Interlocked.Exchange(ref _lost, 0) != 0;

    /// <param name="all">Every trade has an outcome, or was not executed.</param>
    public void Reconciled(TerminalSnapshot snapshot, bool all)
    {
        _known = snapshot;
        if (all)
        {
            _announced.Forget();
        }
    }

    /// <summary>
    /// Whether positions, orders or balance differ from those that were last compared, or there are deals since: what was opened and
    /// closed in between may show in nothing else.
    /// </summary>
    public async Task<bool> HasChangedAsync(CancellationToken cancellation)
    {
        if (_known is not { } known || Interlocked.Exchange(ref _changed, 0) != 0)
        {
            return true;
        }

        try
        {
            var balance = await _client.GetBalanceAsync(cancellation);
            var orders = await _client.GetOrdersAsync(cancellation);
            var positions = await _client.GetPositionsAsync(cancellation);
            return balance.Balance != known.Account.Balance
                || !orders.OrderBy(o => o.Ticket).SequenceEqual(known.Orders)
                || !positions.DistinctBy(p => p.Ticket).OrderBy(p => p.Ticket).SequenceEqual(known.Positions)
                || _pace.IsDue && await HasNewDealsAsync(known, cancellation);
        }
        catch (Exception e) when (TerminalFaults.IsUnanswered(e))
        {
            _log.LogDebug("Terminal of account {AccountId} did not tell what it holds: {Reason}", _accountId, e.Message);
            return false;
        }
    }

    private async Task<bool> HasNewDealsAsync(TerminalSnapshot known, CancellationToken cancellation)
    {
        var began = _clock.GetTimestamp();
        var deals = await _client.GetDealsAsync(cancellation);
        _pace.Took(_clock.GetElapsedTime(began));
        var cursor = known.Deals.IsEmpty ? 0 : known.Deals[^1].Ticket;
        return deals.Any(d => d.Ticket > cursor);
    }

    /// <summary>Looks until two looks agree: only then is nothing on its way any more.</summary>
    /// <returns>With what the terminal had told of trades without an answer before it was looked at last: that is in the books.</returns>
    /// <exception cref="TimeoutException">It never came to rest.</exception>
    public async Task<(SettledSnapshot Books, IReadOnlyDictionary<string, TradeOutcome.Answered> Announced)> SettleAsync()
    {
        var previous = await LookAsync();
        for (var i = 0; i < SettleTriesMax; i++)
        {
            await Task.Delay(_settings.SettlePause, _clock);
            var announced = _announced.SoFar();
            var current = await LookAsync();
            if (SettledSnapshot.TryCreate(previous, current) is { } settled)
            {
                return (settled, announced);
            }

            previous = current;
        }

        throw new TimeoutException($"The terminal's books kept changing for {SettleTriesMax} looks.");
    }

    public void OnQuote(in Quote quote)
    {
        if (_fed.Contains(quote.Symbol))
        {
            _quotes?.Add(quote);
        }

        _newest.OnQuote(quote);
        _prices.OnQuote(quote);
    }

    public void OnBar(in TerminalBar bar)
    {
    }

    public void OnTradeExecuted(TerminalTradeEvent trade)
    {
        if (trade.Action != "TRADE_ACTION_SLTP")
        {
            Interlocked.Exchange(ref _changed, 1);
        }

        if (trade.ClientOrderId is { } name)
        {
            _announced.Heard(name, new TradeOutcome.Answered(trade.Retcode, trade.Order, trade.Volume, trade.Price, 0m, 0m, "", TimeSpan.Zero));
        }
    }

    public void OnLateTradeAnswer(TradeRequest request, TradeOutcome.Answered answer)
    {
        Interlocked.Exchange(ref _changed, 1);
        _announced.Heard(request.ClientOrderId, answer);
        _log.LogInformation("A late answer for {ClientOrderId}: {Retcode}", request.ClientOrderId, answer.Retcode);
    }

    public void OnConnectionChanged(TerminalConnectionState state, string reason)
    {
        _reason = reason;
        if (state != TerminalConnectionState.Online)
        {
            Interlocked.Exchange(ref _lost, 1);
            _newest.Forget();
        }

        _log.LogInformation("Terminal of account {AccountId} is {State}: {Reason}", _accountId, state, reason);
        if (state is TerminalConnectionState.Online)
        {
            // Not on the client's thread: the grain takes it in its own turn.
            _ = _grains.GetGrain<ITerminalGrain>(_accountId).SyncAsync();
        }
    }

    public void OnBrokerLink(bool connected)
    {
        if (!connected)
        {
            _newest.Forget();
        }

        _log.LogInformation("Terminal of account {AccountId} {What} its broker", _accountId, connected ? "has" : "has lost");
    }

    public void OnProtocolFault(ProtocolFault fault) =>
        _log.LogWarning("Terminal of account {AccountId}: {Kind} at {Where}: {Description} [{Excerpt}]", _accountId, fault.Kind, fault.Where, fault.Description, fault.Excerpt);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task<TerminalSnapshot> LookAsync()
    {
        var snapshot = await _client.GetSnapshotAsync();
        return _known is null ? snapshot : snapshot.Recall(_known);
    }
}
