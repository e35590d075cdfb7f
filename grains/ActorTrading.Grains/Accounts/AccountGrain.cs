using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>
/// Load, decide, commit, tell. The decisions are Domain's: <see cref="BrokerEngine"/> for paper, <see cref="TerminalBook"/> for an
/// account at a terminal, <see cref="CopyRules"/> for what it mirrors. Reentrant, so that waiting for a terminal holds nobody up; the
/// turnstile keeps deciding and committing one step.
/// </summary>
[Reentrant]
public sealed partial class AccountGrain(
    ILedgerReader reader,
    ILedgerWriter writer,
    ISnapshotKeeper keeper,
    SnapshotSettings snapshots,
    IAccountDirectory directory,
    ProcessMarket market,
    BrokerSettings broker,
    TerminalSettings terminals,
    TradingMetrics metrics,
    TimeProvider clock,
    ILogger<AccountGrain> log) : Grain, IAccountGrain
{
    private readonly Turnstile _turn = new();
    private AccountState _state = AccountState.Empty;
    private bool _broken;
    private AccountProfile _profile = AccountProfile.None;

    private Guid Id => this.GetPrimaryKey();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_state, _snapshotSeq) = await reader.RestoreAsync(Id, cancellation: cancellationToken);
        if (_state.Seq == 0)
        {
            return;
        }

        Keep(snapshots.Every);
        _profile = await directory.GetAsync(Id, cancellationToken);
        await market.SeenAsync(cancellationToken);
        if (_state.Kind == AccountKind.Paper)
        {
            await ArmOrThrowAsync();
        }
        else
        {
            await GrainFactory.GetGrain<ITerminalGrain>(Id).AccountIsBackAsync();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        foreach (var waiter in _waiting.Values)
        {
            waiter.TrySetCanceled(CancellationToken.None);
        }

        Keep(snapshots.AtLeast);
        if (_broken && reason.ReasonCode != DeactivationReasonCode.ShuttingDown)
        {
            _ = ComeBackAsync();
        }

        return Task.CompletedTask;
    }

    public async Task<AccountStatus> OpenAsync(OpenAccount request)
    {
        using (await EnterAsync())
        {
            if (_state.Seq == 0)
            {
                var events = new List<LedgerEvent>
                {
                    new AccountOpened(request.UserId, request.Name, request.Kind, request.Mode, request.Currency, request.Leverage),
                };
                if (request.Kind == AccountKind.Paper && request.Deposit > 0m)
                {
                    events.Add(new BalanceAdjusted(request.Deposit, BalanceReason.Deposit, "opening deposit"));
                }

                await CommitAsync(events, request.At);
                _profile = await directory.GetAsync(Id, CancellationToken.None);
            }
        }

        return Status();
    }

    public Task<TradeResult> PlaceAsync(PlaceOrder command) => ExecuteAsync(command, command.ClientOrderId);

    public Task<TradeResult> ModifyOrderAsync(ModifyOrder command) => ExecuteAsync(command, null);

    public Task<TradeResult> CancelOrderAsync(CancelOrder command) => ExecuteAsync(command, null);

    public Task<TradeResult> ModifyPositionAsync(ModifyPosition command)
    {
        _trailing.Forget(command.PositionId);
        return ExecuteAsync(command, null);
    }

    public Task<TradeResult> ClosePositionAsync(ClosePosition command) => ExecuteAsync(command, command.ClientOrderId);

    public Task<TradeResult> CloseByAsync(CloseBy command) => ExecuteAsync(command, command.ClientOrderId);

    public async Task OnTriggerAsync(TriggerHit hit)
    {
        using (await TakeTurnAsync())
        {
            // What fired is gone from the book, whether or not it led to anything.
            _armed.Remove(hit.Quote.Symbol);
            if (_state.IsOpen && _state.Kind == AccountKind.Paper)
            {
                var now = clock.GetUtcNow();
                var cameAt = BrokerEngine.CameAt(_state, hit.Triggers, hit.At < now ? hit.At : now);
                await PassTimeAsync(cameAt);
                if (!hit.Late || IsStillMeant(hit))
                {
                    var draft = new LedgerDraft(_state);
                    BrokerEngine.OnQuote(draft, hit.Quote, market, broker, clock.GetUtcNow(), cameAt);
                    await CommitAsync(draft);
                    Judged(hit.Quote);
                }
            }
        }

        ArmSoon();
    }

    /// <summary>
    /// A hit that is told again is acted on where its levels still stand. Where one has moved since, or gone, they are armed instead, and fire
    /// at the present quote if it is beyond them.
    /// </summary>
    private bool IsStillMeant(TriggerHit hit)
    {
        var watched = BrokerEngine.WatchList(_state, market, broker, _judged).Select(t => (t.Key, t.Price)).ToHashSet();
        return hit.Triggers.All(t => watched.Contains((t.Key, t.Price)));
    }

    public Task<AccountStatus> GetStatusAsync() => Task.FromResult(Status());

    public Task<AccountState> GetStateAsync() => Task.FromResult(_state);

    public Task<TradeResult> CloseAsync() => CloseAsync(leaves: false);

    public Task<TradeResult> LeaveAsync() => CloseAsync(leaves: _state.Kind != AccountKind.Paper);

    /// <param name="leaves">What is open stays at the broker, instead of keeping the account open.</param>
    private async Task<TradeResult> CloseAsync(bool leaves)
    {
        AccountState before;
        using (await EnterAsync())
        {
            // Also what this activation takes for done or for not possible may be otherwise by now.
            if (!_state.IsOpen || !_state.Orders.IsEmpty || !_state.Positions.IsEmpty)
            {
                await ThrowIfBehindAsync();
            }

            if (!_state.IsOpen)
            {
                return _state.Seq == 0 ? Missing() : new TradeResult(true, Retcode.Done, "The account is closed already.", null, null, null, _state.Seq);
            }

            before = _state;
            var isFlat = _state.Orders.IsEmpty && _state.Positions.IsEmpty;
            if (!isFlat && !leaves)
            {
                return new TradeResult(false, Retcode.Reject,
                    $"The account has {_state.Positions.Count} open positions and {_state.Orders.Count} orders; close them first{(_state.Kind == AccountKind.Paper ? "" : ", or leave them to the broker (leavePositions=true)")}.", "ACCOUNT_NOT_FLAT", null, null, _state.Seq);
            }

            await CommitAsync([new AccountClosed { LeavesPositions = !isFlat }], clock.GetUtcNow());
        }

        if (before.Kind != AccountKind.Paper)
        {
            foreach (var order in before.Orders.Keys)
            {
                Answer(order, TerminalFactKind.Cancelled, Retcode.Cancel, "The account was removed.");
            }

            SettleGone(before);
            await GrainFactory.GetGrain<ITerminalGrain>(Id).DisconnectAsync();
        }

        return new TradeResult(true, Retcode.Done, "The account is closed.", null, null, null, _state.Seq);
    }

    public Task SetPublishedAsync(bool published)
    {
        _profile = _profile with { IsLeading = published };
        return Task.CompletedTask;
    }

    /// <param name="isRepetition">Told whether the command had been carried out before, where somebody wants to know.</param>
    private async Task<TradeResult> ExecuteAsync(TradeCommand command, string? clientOrderId, StrongBox<bool>? isRepetition = null)
    {
        var started = clock.GetTimestamp();
        using var span = TradeTrace.Start("order")?.SetTag("order.command", command.GetType().Name).SetTag("order.client_id", clientOrderId);
        BrokerDecision decision;
        using (await EnterAsync())
        {
            if (!_state.IsOpen)
            {
                await ThrowIfBehindAsync();
                return Missing();
            }

            var draft = new LedgerDraft(_state);
            decision = Decide(draft, command, clock.GetUtcNow());
            if (draft.Entries.Count == 0 && !decision.IsDuplicate)
            {
                await ThrowIfBehindAsync();
            }

            await CommitAsync(draft);
        }

        ArmSoon();
        var result = _state.Kind == AccountKind.Paper || decision.Events.Count == 0
            ? ResultOf(decision, decision.OrderId ?? OrderIdOf(decision))
            : await SendAndWaitAsync(decision);
        span?.SetTag("order.accepted", result.Accepted).SetTag("order.retcode", result.Retcode.ToString());
        metrics.OrderAnswered(clock.GetElapsedTime(started), result.Accepted);
        isRepetition?.Value = decision.IsDuplicate;
        return result;
    }

    /// <summary>Decides a command as the account's broker would: the simulated one, or what may be asked of the terminal. What happens is in the draft then.</summary>
    private BrokerDecision Decide(LedgerDraft draft, TradeCommand command, DateTimeOffset now)
    {
        if (draft.State.Kind == AccountKind.Paper)
        {
            return BrokerEngine.Decide(draft, command, market, broker, now);
        }

        var decision = TerminalBook.Decide(draft.State, Seen(command), InstrumentOf(draft.State, command), now, broker.TradingDay, terminals.Limits);
        draft.Add(decision.Events, now);
        return decision;
    }

    private Task CommitAsync(IReadOnlyList<LedgerEvent> events, DateTimeOffset at)
    {
        var draft = new LedgerDraft(Id, _state);
        draft.Add(events, at);
        return CommitAsync(draft);
    }

    /// <summary>Makes the draft durable, where there is anything in it, then takes it for the account's state, then tells. Nothing is told that is not durable.</summary>
    private async Task CommitAsync(LedgerDraft draft)
    {
        if (draft.Entries.Count == 0)
        {
            return;
        }

        using var span = TradeTrace.Commit(draft.Entries, CauseOf(draft.Entries));
        var entries = TradeTrace.Sign(draft.Entries, span);
        var changes = draft.Changes();
        try
        {
            await writer.AppendAsync(new LedgerAppend { AccountId = Id, ExpectedSeq = _state.Seq, Entries = entries, Changes = changes }, CancellationToken.None);
        }
        catch (Exception e) when (e is ConflictException { Conflict: not (LedgerConflict.ClientOrderId or LedgerConflict.Operation) } or StoreUnavailableException { OutcomeUnknown: true } or InvalidLedgerException)
        {
            span.Failed(e);
            Lose(e);
            throw;
        }

        _state = draft.State;
        Remember(changes);
        RememberCauses(entries, span);
        Tell(entries);
        Keep(snapshots.Every);
        ScheduleExpiry();
    }

    /// <summary>Another activation owns the account now, or nobody knows what was written: the ledger must be read again before anything is decided.</summary>
    private void Lose(Exception why)
    {
        log.LogWarning(why, "Account {AccountId} does not know its ledger after {Seq} any more; deactivating", Id, _state.Seq);
        _broken = true;
        DeactivateOnIdle();
    }

    /// <summary>
    /// What is decided without an entry is held against no sequence. While silos come and go another activation may have gone on, and this one would
    /// refuse to close what that one has opened.
    /// </summary>
    /// <exception cref="ConflictException">It has: whoever asks again is answered by one that has read the ledger.</exception>
    private async Task ThrowIfBehindAsync()
    {
        var head = await reader.HeadAsync(Id);
        if (head != _state.Seq)
        {
            var behind = new ConflictException(Id, LedgerConflict.Sequence, head, $"Account {Id} is at sequence {head}, not at {_state.Seq}: another activation has gone on.");
            Lose(behind);
            throw behind;
        }
    }

    /// <summary>The turn to decide, on the account as it is now.</summary>
    private async ValueTask<Turnstile.Pass> EnterAsync()
    {
        var pass = await TakeTurnAsync();
        try
        {
            await PassTimeAsync(clock.GetUtcNow());
            return pass;
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    /// <summary>The turn alone: what time has made due may still have to be done.</summary>
    private async ValueTask<Turnstile.Pass> TakeTurnAsync()
    {
        var pass = await _turn.EnterAsync();
        if (_broken)
        {
            // Whoever queued behind a failed append must not decide on a state that may be behind the ledger.
            pass.Dispose();
            throw new ConflictException(Id, LedgerConflict.Sequence, null, $"Account {Id} is reading its ledger again.");
        }

        return pass;
    }

    private void Tell(IReadOnlyList<LedgerEntry> entries)
    {
        var hint = new LedgerHint(Id, [.. entries], clock.GetUtcNow());
        _ = GrainFactory.GetGrain<IUserGrain>(_state.UserId).PublishLedgerAsync(hint);
        if (_profile.IsLeading)
        {
            _ = GrainFactory.GetGrain<ILeaderGrain>(Id).OnLedgerAsync(hint);
        }
    }

    private AccountStatus Status()
    {
        var figures = AccountFigures.Of(_state, market);
        var status = !_state.IsOpen ? "closed" : _state.Kind == AccountKind.Paper ? "connected" : _terminalState;
        return new AccountStatus(Id, status, figures.Balance, figures.Equity, figures.Margin, figures.FreeMargin, figures.MarginLevel, _lastSync, _state.Seq, _state.Currency, _state.IsOpen ? _terminalReason : null);
    }

    private TradeResult Missing() => new(false, Retcode.Invalid, $"There is no open account {Id}.", "ACCOUNT_NOT_FOUND", null, null, _state.Seq);

    /// <summary>Who bounds the deviation without naming a price means the one that he sees.</summary>
    private TradeCommand Seen(TradeCommand command) =>
        command is PlaceOrder { Type: OrderType.Market, DeviationPoints: not null, ReferencePrice: null } order && market.LastQuote(order.Symbol) is { } quote
            ? order with { ReferencePrice = quote.OpenPrice(order.Side) }
            : command;

    private Instrument? InstrumentOf(AccountState state, TradeCommand command) => command switch
    {
        PlaceOrder c => market.FindInstrument(c.Symbol),
        ClosePosition c when state.Positions.TryGetValue(c.PositionId, out var position) => market.FindInstrument(position.Symbol),
        ModifyPosition c when state.Positions.TryGetValue(c.PositionId, out var position) => market.FindInstrument(position.Symbol),
        _ => null,
    };
}
