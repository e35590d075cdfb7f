using System.Collections.Immutable;
using System.Diagnostics;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;
using ActorTrading.Postgres;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>
/// Owns the sockets of one terminal. Nothing is sent before the books have been compared on this connection, and nothing whose
/// outcome is unknown is sent again before it has been looked up. Two activations never both send: each takes the terminal at the
/// <see cref="ITerminalFence"/> before it compares, and asks there before each trade whether it still holds it. Reentrant; the
/// turnstile makes a trade and a comparison exclude each other, so that a comparison never sees half a trade.
/// </summary>
[Reentrant]
public sealed partial class TerminalGrain(
    IAccountDirectory directory,
    ITerminalFence fence,
    TerminalSettings settings,
    TradingMetrics metrics,
    TimeProvider clock,
    ILoggerFactory logs) : Grain, ITerminalGrain
{
    private readonly ILogger _log = logs.CreateLogger<TerminalGrain>();
    private readonly Turnstile _turn = new();
    private readonly Queue<(TerminalInstruction Instruction, ActivityContext Cause)> _queue = new();

    // What was asked under the session, by attempt. Nothing leaves it before the next comparison: the same message may come again, late.
    private readonly HashSet<(Guid Id, int Attempt)> _taken = [];

    // Orders without outcome that may have been sent: what this activation has handed to the socket, and what it found without outcome
    // when it took the terminal, for an earlier one may have.
    private readonly HashSet<Guid> _handed = [];

    // Orders that their user has taken back: what of them is on its way here is not sent. Void with the session, like what it came under.
    private readonly HashSet<Guid> _withdrawn = [];
    private long _accountAsked = clock.GetTimestamp();

    // What the terminal cannot do for the moment, until its pause is over.
    private readonly List<(TerminalInstruction Instruction, ActivityContext Cause)> _later = [];
    private readonly Pauses _pauses = new(clock);
    private TerminalSession? _session;
    private TerminalLink? _link;
    private TerminalConfig? _config;
    private string _state = "disconnected";
    private string? _reason;
    private long _told;
    private DateTimeOffset? _lastSync;
    private PriceWatch _watch = new([]);
    private bool _reconciled;

    // Why the books that the terminal shows are not the account's, and since when it was last looked; null where they are.
    private string? _strange;
    private long _strangeSince;
    private bool _sending;
    private bool _retired;
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

        if (_retired)
        {
            // Whoever took the terminal may be gone too: then this brings up the next.
            _ = GrainFactory.GetGrain<ITerminalGrain>(Id).WakeAsync();
        }
    }

    public async Task ConfigureAsync(TerminalConfig config)
    {
        // A comparison or a trade on the old connection comes to its end first: what it finds must not count for the new one.
        using var turn = await _turn.EnterAsync();
        if (_config is not null && _link is not null)
        {
            if (_config.Address == config.Address && _config.ServerTimeZone == config.ServerTimeZone && _config.FeedSymbols.SequenceEqual(config.FeedSymbols))
            {
                return;
            }

            await _link.DisposeAsync();
        }

        (_config, _strange) = (config, null);
        Connect();
    }

    public async Task ReloadAsync()
    {
        if ((await directory.GetAsync(Id, CancellationToken.None)).Terminal is { } config)
        {
            await ConfigureAsync(config);
        }
    }

    public Task WakeAsync() => Task.CompletedTask;

    public Task AccountIsBackAsync()
    {
        _reconciled = false;
        if (_link is { IsOnline: true })
        {
            // Not awaited: the comparison asks the account, which may be waiting for us.
            _ = ReconcileAsync(onlyIfNeeded: true);
        }

        return Task.CompletedTask;
    }

    public Task SubmitAsync(TerminalInstruction instruction)
    {
        if (instruction.Session != _session)
        {
            // An earlier round's is late, and was asked again since. Another owner's shows that the account has not heard of us.
            _reconciled &= instruction.Session.Owner == _session?.Owner;
            return Task.CompletedTask;
        }

        if (!_reconciled)
        {
            // Durable at the account, which asks again as soon as the books agree.
            return Task.CompletedTask;
        }

        if (!_withdrawn.Contains(instruction.Id) && _taken.Add((instruction.Id, instruction.Order?.Attempt ?? 0)))
        {
            _queue.Enqueue((instruction, TradeTrace.Current));
            _ = SendAllAsync();
        }

        return Task.CompletedTask;
    }

    public async Task WithdrawAsync(Guid orderId)
    {
        // Before the first comparison nobody has looked what an activation before this one may have sent.
        if (_session is not { } session || _handed.Contains(orderId))
        {
            return;
        }

        // Before asking: from here on it is not sent from here, and by another activation only if that holds the terminal.
        _withdrawn.Add(orderId);
        if (await IsHeldAsync(session.Owner, ifUnknown: false) && _session == session && !_handed.Contains(orderId))
        {
            // Not awaited: the account asks from within its own report too.
            _ = TellWithdrawnAsync(orderId);
        }
    }

    private async Task TellWithdrawnAsync(Guid orderId)
    {
        var cancelled = new TerminalFact
        {
            Kind = TerminalFactKind.Cancelled, OrderId = orderId, Retcode = Retcode.Cancel, Message = "Cancelled before it was sent.", Reason = DealReason.Client, At = clock.GetUtcNow(),
        };
        try
        {
            await Account.OnTerminalAsync(Report([cancelled]));
        }
        catch (Exception e)
        {
            _log.LogWarning(e, "Account {AccountId} could not take that order {OrderId} is cancelled; it asks again", Id, orderId);
        }
    }

    public Task WatchPricesAsync(PriceWatch watch)
    {
        _watch = watch;
        _link?.Watch(watch.Triggers);
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
        _link = new TerminalLink(_config!, settings, GrainFactory, Id, metrics, clock, logs);
        _link.Watch(_watch.Triggers);
        _timer ??= this.RegisterGrainTimer(OnTimerAsync, new GrainTimerCreationOptions(settings.PollEvery, settings.PollEvery) { Interleave = true, KeepAlive = true });
        _ = TellAsync("connecting", null);
    }

    /// <summary>Looks whether the connection has changed, and whether anything was done at the terminal itself.</summary>
    private async Task OnTimerAsync(CancellationToken cancellation)
    {
        KeepAccountAwake();
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
            else if (link.Reason != _reason && (_reason is null || clock.GetElapsedTime(_told) >= settings.ReasonEvery))
            {
                // Why it was never reached, or cannot be reached any more, which is seldom why it was lost.
                await TellAsync("connecting", link.Reason);
            }

            return;
        }

        if (link.TakeConnectionLost())
        {
            _reconciled = false;
        }

        if (_session is { } session && !await IsHeldAsync(session.Owner))
        {
            await RetireAsync();
            return;
        }

        if (_strange is not null ? clock.GetElapsedTime(_strangeSince) >= settings.StrangeEvery : !_reconciled || await link.HasChangedAsync(cancellation))
        {
            await ReconcileAsync();
        }

        foreach (var due in _later.Where(l => _pauses.IsOver(l.Instruction.Id)).ToList())
        {
            _later.Remove(due);
            _queue.Enqueue(due);
        }

        _ = SendAllAsync();
    }

    /// <summary>Orders have their end from the account's activation: one that is gone, with its silo or for idleness, would let them outlive it.</summary>
    private void KeepAccountAwake()
    {
        if (clock.GetElapsedTime(_accountAsked) >= settings.AccountEvery)
        {
            _accountAsked = clock.GetTimestamp();
            _ = Account.GetStatusAsync();
        }
    }

    /// <summary>False where another activation has taken the terminal; unknown counts as false when something is about to be sent.</summary>
    private async Task<bool> IsHeldAsync(Guid owner, bool ifUnknown = true)
    {
        try
        {
            return await fence.IsHeldAsync(Id, owner);
        }
        catch (StoreUnavailableException e)
        {
            _log.LogWarning("Account {AccountId}: whether the terminal is still ours cannot be told: {Reason}", Id, e.Message);
            return ifUnknown;
        }
    }

    /// <summary>Another activation has the terminal: this one lets go of its sockets at once, for answers go to whoever is connected.</summary>
    private async Task RetireAsync()
    {
        _log.LogWarning("Account {AccountId}: another activation has taken the terminal; this one ends", Id);
        (_reconciled, _retired) = (false, true);
        if (_link is { } link)
        {
            _link = null;
            await link.DisposeAsync();
        }

        DeactivateOnIdle();
    }

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
                    if (!_reconciled || !_queue.TryDequeue(out var next))
                    {
                        break;
                    }

                    if (_withdrawn.Contains(next.Instruction.Id))
                    {
                        continue;
                    }

                    if (!_pauses.IsOver(next.Instruction.Id))
                    {
                        _later.Add(next);
                        continue;
                    }

                    using var span = TradeTrace.Start("terminal.order", next.Cause)?.SetTag("instruction.id", next.Instruction.Id);
                    if (!await SendAsync(next.Instruction, next.Cause))
                    {
                        break;
                    }
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

    private async Task<bool> SendAsync(TerminalInstruction instruction, ActivityContext cause)
    {
        if (_link is not { } link)
        {
            return false;
        }

        var wasHanded = !_handed.Add(instruction.Id);
        var sender = new InstructionSender(link, () => IsHeldAsync(instruction.Session.Owner, ifUnknown: false), settings, clock);
        var outcome = await sender.SendAsync(instruction);
        if (!outcome.WasSent && !wasHanded)
        {
            _handed.Remove(instruction.Id);
        }

        if (outcome.IsBusy)
        {
            // What opens is refused as soon as it is too late, so that nobody waits for it in vain.
            _pauses.Refused(instruction.Id, instruction.Order is { Type: OrderType.Market, ClosesPositionId: null } opening ? opening.CreatedAt + settings.OpenWithin : null);
        }
        else
        {
            _pauses.Forget(instruction.Id);
        }

        if (outcome.InDoubt is { } inDoubt)
        {
            // Stays in the set of what is known, so that it is not sent again before the comparison.
            _log.LogWarning("Account {AccountId}: {InstructionId} has no known outcome ({Reason}); the books will be compared", Id, instruction.Id, inDoubt);
            _reconciled = false;
            return false;
        }

        if (outcome.Again)
        {
            _later.Add((instruction, cause));
        }
        else if (outcome.IsBusy)
        {
            // Asked for again under the same name where there is none left.
            _taken.Remove((instruction.Id, instruction.Order!.Attempt));
        }

        if (!outcome.Facts.IsEmpty)
        {
            await Account.OnTerminalAsync(Report(outcome.Facts));
        }

        // It has its outcome; a next attempt has not left the queue.
        _handed.Remove(instruction.Id);
        return true;
    }

    private async Task TellAsync(string state, string? reason)
    {
        (_state, _reason, _told) = (state, reason, clock.GetTimestamp());
        await Account.OnTerminalAsync(Report([]));
    }

    private TerminalReport Report(ImmutableArray<TerminalFact> facts, TerminalSession? session = null) => new(facts, _state, _lastSync, session, _reason);

    private TerminalStatus Status() => new(_state, _reason, _lastSync, _queue.Count + _later.Count);
}
