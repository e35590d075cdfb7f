using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// The broker behind a simulated terminal: the Domain's broker engine on one account, with tickets, a history of deals and a
/// journal. For one thread.
/// </summary>
internal sealed class SimulatedBroker : IDisposable
{
    private readonly SimulatedTerminalOptions _options;
    private readonly BrokerJournal? _journal;
    private readonly Queue<TerminalDeal> _deals = new();
    private readonly Queue<AuditRecord> _audit = new();
    private readonly Dictionary<string, IReadOnlyList<PriceTrigger>> _watch = [];
    private DateTimeOffset _lastAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _nextTimeEvent;
    private bool _watchIsStale = true;
    private long _requests;

    /// <exception cref="InvalidDataException">The state file is damaged.</exception>
    public SimulatedBroker(SimulatedTerminalOptions options, MarketBoard board, DateTimeOffset now)
    {
        _options = options;
        Board = board;
        Tickets = new TicketBook(options.Has(TerminalDefects.NarrowTickets) ? options.FirstWideTicket : 500_000_001);
        if (options.StateFolder is { } folder)
        {
            (_journal, var lines) = BrokerJournal.Open(Path.Combine(folder, $"account-{options.Login}.jsonl"));
            foreach (var line in lines)
                Take(line);
        }
        if (State.Seq == 0)
            OpenAccount(now);
    }

    public MarketBoard Board { get; }
    public AccountState State { get; private set; } = AccountState.Empty;
    public TicketBook Tickets { get; }

    /// <summary>Oldest first, at most <see cref="SimulatedTerminalOptions.MaxDeals"/>.</summary>
    public IEnumerable<TerminalDeal> Deals => _deals;
    public AuditRecord? LastAudit { get; private set; }

    /// <summary>Oldest first, as many as deals; the journal has all.</summary>
    public IReadOnlyCollection<AuditRecord> Audit => _audit;

    /// <summary>When the account was last touched: a clock that goes back (a replay of an older day) waits here.</summary>
    public DateTimeOffset Now(DateTimeOffset now) => now > _lastAt ? now : _lastAt;

    /// <summary>Does a request at the broker and writes down that it was asked for.</summary>
    /// <param name="settings">Null for the terminal's own.</param>
    /// <exception cref="IOException">It could not be written down, so it was not done.</exception>
    public (BrokerDecision Decision, IReadOnlyList<LedgerEntry> Entries, AuditRecord Audit) Request(string clientOrderId, string description,
        Func<Guid, string, TradeCommand?> command, DateTimeOffset now, BrokerSettings? settings = null, BrokerDecision? instead = null)
    {
        now = Now(now);
        var number = _requests + 1;
        // The broker's own identity of the order: the comment does not identify anything at a real broker either.
        var orderId = DeterministicId.Create(AccountId, $"request:{number}");
        var wanted = instead is null ? command(orderId, $"T{number}") : null;
        var decision = instead ?? (wanted is null
            ? new BrokerDecision(Retcode.PositionClosed, "There is no such position or order.", [])
            : BrokerEngine.Decide(State, wanted, Board, settings ?? _options.Settings, now));
        var entries = Entries(decision.Events, now);
        // Tickets are given while applying; those of the audit are looked up after it, and written with it.
        var mark = Tickets.Mark;
        try
        {
            var (order, deals) = Preview(entries);
            var audit = new AuditRecord(number, now, clientOrderId, description, decision.Retcode, decision.Message, order, deals);
            Commit(new JournalLine(audit, entries));
            return (decision, entries, audit);
        }
        catch (IOException)
        {
            Tickets.RollBack(mark);
            throw;
        }
    }

    /// <summary>What a quote, which the board has already, does to the account.</summary>
    public IReadOnlyList<LedgerEntry> OnQuote(in Quote quote, DateTimeOffset now, bool first)
    {
        now = Now(now);
        if (first || _watchIsStale)
            Rearm(); // on a first price too: margin bands cannot be computed before
        var due = now >= _nextTimeEvent;
        if (!due && !IsReached(quote))
            return [];
        var entries = Entries(BrokerEngine.OnQuote(State, quote, Board, _options.Settings, now), now);
        if (entries.Count > 0)
            Commit(new JournalLine(null, entries));
        else
            Rearm();
        return entries;
    }

    public void Dispose() => _journal?.Dispose();

    private Guid AccountId => DeterministicId.FromNumbers(0x5150, _options.Login);

    private void OpenAccount(DateTimeOffset now)
    {
        var events = new List<LedgerEvent>
        {
            new AccountOpened(Guid.Empty, $"{_options.Login}", AccountKind.Paper, _options.Mode, _options.Currency, _options.Leverage),
        };
        if (_options.Balance != 0)
            events.Add(new BalanceAdjusted(_options.Balance, BalanceReason.Deposit, "initial"));
        Commit(new JournalLine(null, Entries(events, now)));
    }

    private IReadOnlyList<LedgerEntry> Entries(IReadOnlyList<LedgerEvent> events, DateTimeOffset now) =>
        AccountProjection.Entries(AccountId, State.Seq, events, now);

    private void Commit(JournalLine line)
    {
        _journal?.Append(line);
        Take(line);
        _watchIsStale = true; // made anew at the next quote, not at each of a hundred trades before it
    }

    private void Take(JournalLine line)
    {
        foreach (var entry in line.Entries)
        {
            State = State.Apply(entry);
            _lastAt = entry.At;
            switch (entry.Event)
            {
                case OrderSubmitted e:
                    Tickets.Of(e.Order.Id);
                    break;
                case DealExecuted e:
                    Remember(DealOf(e.Deal));
                    break;
                case BalanceAdjusted e:
                    Remember(new TerminalDeal(Tickets.Next(), entry.At, "", TerminalDealKind.Balance, DealEntry.In, 0, 0, e.Amount));
                    break;
            }
        }
        Tickets.Sweep(State);
        if (line.Audit is not { } audit)
            return;
        _requests = audit.Number;
        _audit.Enqueue(audit);
        LastAudit = audit;
        if (_audit.Count > _options.MaxDeals)
            _audit.Dequeue();
    }

    private TerminalDeal DealOf(Deal deal)
    {
        Tickets.Of(deal.OrderId);
        var ticket = Tickets.Of(deal.Id);
        return new TerminalDeal(ticket, deal.Time, deal.Symbol, deal.Side == Side.Buy ? TerminalDealKind.Buy : TerminalDealKind.Sell, deal.Entry,
            deal.Volume, deal.Price, deal.Profit);
    }

    private void Remember(TerminalDeal deal)
    {
        _deals.Enqueue(deal);
        if (_deals.Count > _options.MaxDeals)
            _deals.Dequeue();
    }

    /// <summary>The tickets that applying the entries will give, in the order in which it gives them.</summary>
    private (long Order, IReadOnlyList<long> Deals) Preview(IReadOnlyList<LedgerEntry> entries)
    {
        long order = 0;
        var deals = new List<long>();
        foreach (var entry in entries)
        {
            if (entry.Event is OrderSubmitted submitted)
            {
                order = Tickets.Of(submitted.Order.Id);
            }
            else if (entry.Event is DealExecuted executed)
            {
                Tickets.Of(executed.Deal.OrderId);
                deals.Add(Tickets.Of(executed.Deal.Id));
            }
        }
        return (order, deals);
    }

    private bool IsReached(in Quote quote)
    {
        if (!_watch.TryGetValue(quote.Symbol, out var triggers))
            return false;
        foreach (var trigger in triggers)
            if (trigger.IsReachedBy(trigger.Source switch { PriceSource.Bid => quote.Bid, PriceSource.Ask => quote.Ask, _ => quote.Mid }))
                return true;
        return false;
    }

    private void Rearm()
    {
        _watchIsStale = false;
        _watch.Clear();
        foreach (var group in BrokerEngine.WatchList(State, Board, _options.Settings).GroupBy(t => t.Symbol))
            _watch[group.Key] = [.. group];
        _nextTimeEvent = _lastAt == DateTimeOffset.MinValue ? null : BrokerEngine.NextTimeEvent(State, Board, _options.Settings, _lastAt);
    }
}
