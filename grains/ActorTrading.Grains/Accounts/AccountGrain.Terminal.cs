using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;

namespace ActorTrading.Grains;

/// <summary>An account whose broker is a terminal: written first, sent second, its outcome written third; after a crash looked up, never guessed.</summary>
public sealed partial class AccountGrain
{
    /// <summary>How long a command's caller waits for the terminal's outcome before it is answered "submitted".</summary>
    public static readonly TimeSpan OutcomeWait = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Guid, TaskCompletionSource<TerminalFact>> _waiting = [];

    // Sent in this activation: everything else without outcome was sent, or not, by an earlier one.
    private readonly HashSet<Guid> _sent = [];
    private string _terminalState = "connecting";
    private string? _terminalReason;

    // Null until the terminal has compared the books with this activation: nothing is asked of it before.
    private TerminalSession? _session;
    private DateTimeOffset? _lastSync;

    public async Task OnTerminalAsync(TerminalReport report)
    {
        var settled = new List<(Guid Id, TerminalFact Fact)>();
        var resume = new HashSet<(Guid Link, Guid Leader)>();
        var instructions = ImmutableArray<TerminalInstruction>.Empty;
        ImmutableArray<TerminalFact> facts;
        AccountState before;
        using (await EnterAsync())
        {
            before = _state;

            // What the broker does with what was left to it is not this account's any more.
            facts = _state.IsOpen ? report.Facts : [];
            var now = clock.GetUtcNow();
            var draft = new LedgerDraft(_state);
            foreach (var fact in facts)
            {
                draft.Add(TerminalBook.Observe(draft.State, fact, market), now);
                if ((fact.OrderId ?? fact.RequestId) is { } id)
                {
                    settled.Add((id, fact));
                }
            }

            if (draft.Entries.Count > 0)
            {
                await CommitAsync(draft);
                MeasureFills(draft.Entries);
            }

            CollectResumed(before, resume);
            SettleExpiries(before);
            ScheduleExpiry();
            foreach (var fact in facts)
            {
                if (fact.RequestId is { } id && before.Requests.GetValueOrDefault(id) is { OnlyTightens: true } trailed && !_state.Requests.ContainsKey(id))
                {
                    _trailing.Settled(trailed, taken: fact.Kind == TerminalFactKind.Modified);
                }
            }

            foreach (var gone in before.Positions.Keys.Where(id => !_state.Positions.ContainsKey(id)))
            {
                _trailing.Forget(gone);
            }

            // A requoted order is tried again, or it has been refused.
            var again = settled.Where(s => s.Fact.Kind == TerminalFactKind.Requoted && _state.Orders.GetValueOrDefault(s.Id)?.Status == OrderStatus.Submitted).ToList();
            settled.RemoveAll(again.Contains);
            settled.RemoveAll(s => s.Fact.Kind == TerminalFactKind.NotExecuted && _state.Orders.ContainsKey(s.Id));
            var reconciled = report.Session is { } session && !(session.Owner == _session?.Owner && session.Round < _session.Round);
            if (reconciled)
            {
                _session = report.Session;
            }

            // Besides them the orders that have waited for an outcome that is here now.
            var retried = again.Select(s => s.Id).ToHashSet();
            instructions = reconciled ? Unsent() : Unsent((order, request) => order is not null
                ? retried.Contains(order.Id) || !_sent.Contains(order.Id)
                : request is { Kind: TerminalRequestKind.CancelOrder } && !_sent.Contains(request.Id));

            if (report.State != _terminalState || report.Reason != _terminalReason || reconciled)
            {
                _lastSync = report.LastSync ?? _lastSync;
                TellStatus(report.State, report.Reason);
            }
        }

        foreach (var (id, fact) in settled)
        {
            if (_waiting.Remove(id, out var waiter))
            {
                waiter.TrySetResult(fact);
            }
        }

        SettleGone(before);

        foreach (var instruction in instructions)
        {
            await SendAsync(instruction);
        }

        await TakeBackAsync();
        await WatchPricesAsync(again: facts.Any(f => f.Kind == TerminalFactKind.Reconciled));
        foreach (var (link, leader) in resume)
        {
            await GrainFactory.GetGrain<IFollowerLinkGrain>(link).ResumeAsync(leader);
        }
    }

    public async Task<AccountStatus> SyncAsync()
    {
        if (_state.IsOpen && _state.Kind != AccountKind.Paper)
        {
            await GrainFactory.GetGrain<ITerminalGrain>(Id).SyncAsync();
        }

        return Status();
    }

    private async Task<TradeResult> SendAndWaitAsync(BrokerDecision decision)
    {
        if (!decision.Events.Any(e => e is OrderSubmitted or RequestSubmitted))
        {
            // Ours alone to change: the terminal need not be asked.
            foreach (var cancelled in decision.Events.OfType<OrderCancelled>())
            {
                Answer(cancelled.OrderId, TerminalFactKind.Cancelled, Retcode.Cancel, decision.Message);
            }

            await WatchPricesAsync(again: false);
            return ResultOf(decision, decision.OrderId ?? OrderIdOf(decision));
        }

        var order = decision.Events.OfType<OrderSubmitted>().SingleOrDefault()?.Order;
        var request = decision.Events.OfType<RequestSubmitted>().SingleOrDefault()?.Request;
        var id = order?.Id ?? request!.Id;
        var waiter = new TaskCompletionSource<TerminalFact>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = waiter;
        if (Instruction(order, request) is { } instruction)
        {
            await SendAsync(instruction);
        }
        else
        {
            await TakeBackAsync();
            if (_session is null)
            {
                // Asked for once the books have been compared.
                await GrainFactory.GetGrain<ITerminalGrain>(Id).AccountIsBackAsync();
            }
        }

        try
        {
            var fact = await waiter.Task.WaitAsync(OutcomeWait, clock);
            var accepted = fact.Kind is not (TerminalFactKind.Rejected or TerminalFactKind.Requoted or TerminalFactKind.NotExecuted or TerminalFactKind.Cancelled);
            var retcode = accepted && fact.Retcode == 0 ? Retcode.Done : fact.Retcode;
            var shown = FindOrder(order?.Id ?? request?.OrderId);
            var positionId = order?.ClosesPositionId ?? request?.PositionId ?? (shown?.FilledVolume > 0m ? PositionOf(shown) : null);
            return new TradeResult(accepted, retcode, (accepted ? null : shown?.RejectMessage) ?? fact.Message ?? "", accepted ? null : RefusalCodes.Of(retcode), shown, positionId, _state.Seq);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The order stands as submitted; its outcome comes by itself, to the next activation where this one ends.
            return new TradeResult(true, Retcode.Placed, "Sent to the terminal; its outcome is not known yet.", null, FindOrder(order?.Id ?? request?.OrderId), null, _state.Seq);
        }
        finally
        {
            _waiting.Remove(id);
        }
    }

    private Guid? PositionOf(Order order) =>
        _state.Positions.ContainsKey(order.Id) ? order.Id : _state.Positions.Values.FirstOrDefault(p => p.Symbol == order.Symbol)?.Id ?? order.Id;

    private async Task SendAsync(TerminalInstruction instruction)
    {
        _sent.Add(instruction.Id);
        using var span = Resumed(instruction.Id);
        try
        {
            await GrainFactory.GetGrain<ITerminalGrain>(Id).SubmitAsync(instruction);
        }
        catch (Exception e)
        {
            // Durable already: the terminal asks for what is without outcome when it has reconciled.
            _sent.Remove(instruction.Id);
            log.LogWarning(e, "Instruction {InstructionId} of account {AccountId} was not taken by its terminal; it will be asked again", instruction.Id, Id);
        }
    }

    /// <summary>What of a link has not been sent in this activation, in the order in which it was submitted.</summary>
    private ImmutableArray<TerminalInstruction> UnsentOf(Guid linkId) =>
        Unsent((order, request) => (order?.Copy ?? request?.Copy)?.LinkId == linkId && !_sent.Contains(order?.Id ?? request!.Id));

    /// <summary>Orders that their user has taken back: the terminal's grain knows of each whether it can still have been sent, and tells so.</summary>
    private async Task TakeBackAsync()
    {
        foreach (var request in _state.Requests.Values.Where(r => TerminalBook.AwaitsOutcome(_state, r)).ToList())
        {
            try
            {
                await GrainFactory.GetGrain<ITerminalGrain>(Id).WithdrawAsync(request.OrderId!.Value);
            }
            catch (Exception e)
            {
                // The wish is durable and keeps the order from being sent: the next report or comparison asks again.
                log.LogWarning(e, "Order {OrderId} of account {AccountId} is taken back, but whether it was sent is not known yet", request.OrderId, Id);
            }
        }
    }

    /// <summary>Who waits for a change of what is gone meanwhile is told so: a cancellation has what it wanted.</summary>
    private void SettleGone(AccountState before)
    {
        foreach (var request in before.Requests.Values.Where(r => !_state.Requests.ContainsKey(r.Id)))
        {
            if (request.Kind == TerminalRequestKind.CancelOrder && FindOrder(request.OrderId)?.Status == OrderStatus.Cancelled)
            {
                Answer(request.Id, TerminalFactKind.Modified, Retcode.Done, "");
            }
            else
            {
                Answer(request.Id, TerminalFactKind.Rejected, Retcode.PositionClosed, "What was to be changed is gone.");
            }
        }
    }

    /// <summary>To who waits for the outcome of an order or a change, where anybody does.</summary>
    private void Answer(Guid id, TerminalFactKind kind, Retcode retcode, string message)
    {
        if (_waiting.Remove(id, out var waiter))
        {
            waiter.TrySetResult(new TerminalFact { Kind = kind, Retcode = retcode, Message = message, At = clock.GetUtcNow() });
        }
    }

    /// <summary>What has no outcome, in the order in which it was submitted.</summary>
    private ImmutableArray<TerminalInstruction> Unsent(Func<Order?, TerminalRequest?, bool>? which = null) =>
        [.. TerminalQueue.All(_state).Where(asked => which?.Invoke(asked.Order, asked.Request) ?? true).Select(asked => Instruction(asked.Order, asked.Request)).OfType<TerminalInstruction>()];

    /// <returns>Null while there is no session to ask under, for an order whose turn has not come or that is taken back, and for a cancellation that awaits what becomes of its order.</returns>
    private TerminalInstruction? Instruction(Order? order, TerminalRequest? request)
    {
        if (_session is not { } session
            || (order is not null && (TerminalQueue.Waits(_state, order) || TerminalBook.IsTakenBack(_state, order.Id)))
            || (request is not null && TerminalBook.AwaitsOutcome(_state, request)))
        {
            return null;
        }

        var positionId = order?.ClosesPositionId ?? request?.PositionId;
        var position = positionId is { } p ? _state.Positions.GetValueOrDefault(p) : null;
        var orderTicket = request?.OrderId is { } o ? _state.Orders.GetValueOrDefault(o)?.BrokerTicket : null;
        var partial = order is not null && position is not null && order.RemainingVolume < position.Volume;
        return new TerminalInstruction(order, request, position?.BrokerTicket, orderTicket, session, partial, _state.Mode == PositionMode.Netting);
    }

    /// <summary>What has an outcome now need not be remembered as sent; the links whose it was may go on.</summary>
    private void CollectResumed(AccountState before, HashSet<(Guid Link, Guid Leader)> resume)
    {
        foreach (var order in before.Orders.Values)
        {
            if (order.Status == OrderStatus.Submitted && !(_state.Orders.TryGetValue(order.Id, out var now) && now.Status == OrderStatus.Submitted))
            {
                Resume(order.Id, order.Copy);
            }
        }

        foreach (var request in before.Requests.Values)
        {
            if (!_state.Requests.ContainsKey(request.Id))
            {
                Resume(request.Id, request.Copy);
            }
        }

        void Resume(Guid id, CopyOrigin? copy)
        {
            _sent.Remove(id);
            if (copy is not null)
            {
                resume.Add((copy.LinkId, copy.LeaderAccountId));
            }
        }
    }

    private void TellStatus(string state, string? reason)
    {
        var changed = state != _terminalState || reason != _terminalReason;
        (_terminalState, _terminalReason) = (state, reason);
        var user = GrainFactory.GetGrain<IUserGrain>(_state.UserId);
        if (changed)
        {
            _ = user.PublishAsync(UserMessages.Connection(_state.UserId, Id, state, reason));
        }

        _ = user.PublishAsync(UserMessages.Status(_state.UserId, Status()));
    }
}
