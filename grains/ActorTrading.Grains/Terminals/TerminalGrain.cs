using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>
/// Owns the sockets of one terminal. Nothing is sent before the books have been compared on this connection, and nothing whose
/// outcome is unknown is sent again before it has been looked up. Reentrant; the turnstile makes a trade and a comparison exclude
/// each other, so that a comparison never sees half a trade.
/// </summary>
[Reentrant]
public sealed class TerminalGrain(
    IAccountDirectory directory,
    TerminalSettings settings,
    TimeProvider clock,
    ILoggerFactory logs) : Grain, ITerminalGrain
{
    private readonly ILogger _log = logs.CreateLogger<TerminalGrain>();
    private readonly Turnstile _turn = new();
    private readonly Queue<TerminalInstruction> _queue = new();
    private readonly HashSet<Guid> _queued = [];

    // Orders handed to the socket in this activation; what an earlier one handed is not known, only that it may have.
    private readonly HashSet<Guid> _handed = [];
    private readonly DateTimeOffset _since = clock.GetUtcNow();
    private TerminalLink? _link;
    private TerminalConfig? _config;
    private string _state = "disconnected";
    private string? _reason;
    private DateTimeOffset? _lastSync;
    private bool _reconciled;
    private bool _sending;
    private IGrainTimer? _timer;

    private Guid Id => this.GetPrimaryKey();

    private IAccountGrain Account => GrainFactory.GetGrain<IAccountGrain>(Id);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _config = (await directory.GetAsync(Id, cancellationToken)).Terminal;
        if (_config is not null)
        {
            Connect();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_link is not null)
        {
            await _link.DisposeAsync();
        }
    }

    public async Task ConfigureAsync(TerminalConfig config)
    {
        if (_config is not null && _link is not null)
        {
            if (_config.Address == config.Address && _config.FeedSymbols.SequenceEqual(config.FeedSymbols))
            {
                return;
            }

            await _link.DisposeAsync();
        }

        _config = config;
        Connect();
    }

    public Task WakeAsync() => Task.CompletedTask;

    public Task SubmitAsync(TerminalInstruction instruction)
    {
        if (!_reconciled)
        {
            // Durable at the account, which asks again as soon as the books agree.
            return Task.CompletedTask;
        }

        if (_queued.Add(instruction.Id))
        {
            _queue.Enqueue(instruction);
            _ = SendAllAsync();
        }

        return Task.CompletedTask;
    }

    public async Task<TerminalStatus> SyncAsync()
    {
        if (_link is { IsOnline: true })
        {
            await ReconcileAsync();
        }

        return Status();
    }

    public Task<TerminalStatus> GetStatusAsync() => Task.FromResult(Status());

    public async Task DisconnectAsync()
    {
        if (_link is not null)
        {
            await _link.DisposeAsync();
            _link = null;
        }

        _timer?.Dispose();
        await TellAsync("disconnected", "The account was disconnected.");
        DeactivateOnIdle();
    }

    private void Connect()
    {
        _reconciled = false;
        _link = new TerminalLink(_config!, settings, GrainFactory, Id, clock, logs);
        _timer ??= this.RegisterGrainTimer(OnTimerAsync, new GrainTimerCreationOptions(settings.PollEvery, settings.PollEvery) { Interleave = true, KeepAlive = true });
        _ = TellAsync("connecting", null);
    }

    /// <summary>Looks whether the connection has changed, and whether anything was done at the terminal itself.</summary>
    private async Task OnTimerAsync(CancellationToken cancellation)
    {
        if (_link is not { } link)
        {
            return;
        }

        if (!link.IsOnline)
        {
            if (_state != "connecting")
            {
                _reconciled = false;
                await TellAsync("connecting", link.Reason);
            }

            return;
        }

        if (link.TakeConnectionLost())
        {
            _reconciled = false;
        }

        if (!_reconciled || await link.HasChangedAsync(cancellation))
        {
            await ReconcileAsync();
        }
    }

    private async Task ReconcileAsync()
    {
        if (_link is not { } link)
        {
            return;
        }

        Reconciliation result;
        using (await _turn.EnterAsync())
        {
            try
            {
                var settled = await link.SettleAsync();
                var now = clock.GetUtcNow();
                var state = await Account.GetStateAsync();
                if (state.Seq == 0)
                {
                    return;
                }

                result = LedgerReconciler.Reconcile(state, settled, now);
                foreach (var (id, reason) in result.Ambiguous)
                {
                    _log.LogError("Account {AccountId}: the outcome of {RequestId} cannot be told from the terminal's books: {Reason}", Id, id, reason);
                }

                // Whatever is asked for again from here on has not been executed.
                _queue.Clear();
                _queued.Clear();
                foreach (var (id, _) in result.Ambiguous)
                {
                    _queued.Add(id);
                }

                _lastSync = now;
                _reconciled = true;
                _state = "connected";
                _reason = null;
                await Account.OnTerminalAsync(new TerminalReport([.. InVain(state, result), .. result.Facts], _state, _lastSync));
                _handed.ExceptWith(result.NotExecuted);
                link.Reconciled(settled.Snapshot);
            }
            catch (Exception e) when (e is TimeoutException or TerminalUnavailableException or TerminalErrorException or TerminalProtocolException)
            {
                _log.LogWarning("Account {AccountId}: comparing the books with the terminal failed, trying again: {Reason}", Id, e.Message);
            }
        }
    }

    /// <summary>Attempts that may have reached the terminal and led to nothing: the next one needs a name of its own.</summary>
    private IEnumerable<TerminalFact> InVain(AccountState state, Reconciliation result) =>
        from order in state.Orders.Values
        where order.Status == OrderStatus.Submitted && result.NotExecuted.Contains(order.Id) && (_handed.Contains(order.Id) || order.CreatedAt < _since)
        orderby order.CreatedAt, order.Id
        select new TerminalFact { Kind = TerminalFactKind.NotExecuted, OrderId = order.Id, Attempt = order.Attempt, At = clock.GetUtcNow() };

    private async Task SendAllAsync()
    {
        if (_sending)
        {
            return;
        }

        _sending = true;
        try
        {
            while (_queue.Count > 0)
            {
                using (await _turn.EnterAsync())
                {
                    if (!_reconciled || !_queue.TryDequeue(out var instruction))
                    {
                        break;
                    }

                    await SendAsync(instruction);
                }
            }
        }
        catch (Exception e)
        {
            // The account could not take an outcome: the next comparison finds it.
            _log.LogWarning(e, "Account {AccountId}: sending stopped; the books will be compared", Id);
            _reconciled = false;
        }
        finally
        {
            _sending = false;
        }
    }

    private async Task SendAsync(TerminalInstruction instruction)
    {
        if (instruction.Order is { } order)
        {
            _handed.Add(order.Id);
        }

        var sender = new InstructionSender(_link!, clock);
        var (facts, inDoubt) = await sender.SendAsync(instruction);
        if (inDoubt is not null)
        {
            // Stays in the set of what is known, so that it is not sent again before the comparison.
            _log.LogWarning("Account {AccountId}: {InstructionId} has no known outcome ({Reason}); the books will be compared", Id, instruction.Id, inDoubt);
            _reconciled = false;
            return;
        }

        if (facts.Any(f => f.Kind == TerminalFactKind.Requoted))
        {
            // The account may ask for the next attempt while it takes this.
            _queued.Remove(instruction.Id);
        }

        await Account.OnTerminalAsync(new TerminalReport(facts, _state, _lastSync));
        if (!_queue.Any(i => i.Id == instruction.Id))
        {
            _queued.Remove(instruction.Id);
            _handed.Remove(instruction.Id);
        }
    }

    private async Task TellAsync(string state, string? reason)
    {
        (_state, _reason) = (state, reason);
        await Account.OnTerminalAsync(new TerminalReport([], state, _lastSync));
    }

    private TerminalStatus Status() => new(_state, _reason, _lastSync, _queue.Count);
}
