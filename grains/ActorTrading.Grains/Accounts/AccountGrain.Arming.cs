using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>
/// What a paper account waits for stands in the trigger books of its symbols. One loop at a time brings them up to date, beside the
/// account's decisions and not in their way; whatever changes meanwhile, it goes round again.
/// </summary>
public sealed partial class AccountGrain
{
    // What each symbol's trigger book holds for us: arming again is skipped where nothing changed.
    private readonly Dictionary<string, ImmutableArray<PriceTrigger>> _armed = new(StringComparer.Ordinal);

    /// <summary>When a symbol that did not answer is asked again.</summary>
    private static readonly TimeSpan ArmAgainAfter = TimeSpan.FromSeconds(1);

    private IGrainTimer? _armRetry;
    private Task _arming = Task.CompletedTask;
    private bool _armAgain;

    public async Task RearmAsync()
    {
        using (await EnterAsync())
        {
            _armed.Clear();
            await ArmAsync();
        }
    }

    /// <summary>
    /// Until the levels stand in their books. What is durable need not wait for that: a level that the market has passed meanwhile fires on arming.
    /// </summary>
    private void ArmSoon() => _ = ArmInTheEndAsync();

    private async Task ArmInTheEndAsync()
    {
        try
        {
            await ArmAsync();
        }
        catch (Exception e)
        {
            log.LogWarning("Account {AccountId} could not arm its levels and tries again in {Pause}: {Reason}", Id, ArmAgainAfter, e.Message);
            _armRetry ??= this.RegisterGrainTimer(_ => ArmInTheEndAsync(), new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
            _armRetry.Change(ArmAgainAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends when every symbol concerned holds what this paper account waits for, as it is now or has become since.</summary>
    private Task ArmAsync()
    {
        if (_state.Kind != AccountKind.Paper || !_state.IsOpen)
        {
            return Task.CompletedTask;
        }

        ScheduleTime();
        _armAgain = true;
        if (_arming.IsCompleted)
        {
            _arming = ArmUntilSettledAsync();
        }

        return _arming;
    }

    private async Task ArmUntilSettledAsync()
    {
        while (_armAgain)
        {
            _armAgain = false;
            foreach (var change in ArmingChanges())
            {
                await ArmAsync(change);
            }
        }
    }

    private async Task ArmAsync(ArmTriggers change)
    {
        _armed[change.Symbol] = change.Triggers;
        try
        {
            await GrainFactory.GetGrain<ISymbolGrain>(change.Symbol).ArmAsync(change);
        }
        catch
        {
            // What the book holds now is not known. Something is said to stand there, or nobody would take it out.
            _armed[change.Symbol] = default;
            throw;
        }

        if (change.Triggers.IsEmpty && _armed.TryGetValue(change.Symbol, out var now) && now == change.Triggers)
        {
            _armed.Remove(change.Symbol);
        }
    }

    /// <summary>What has to be armed otherwise than it is, a symbol each.</summary>
    private List<ArmTriggers> ArmingChanges()
    {
        if (_armed.Count == 0 && _state.Positions.IsEmpty && _state.Orders.IsEmpty)
        {
            return [];
        }

        var wanted = BrokerEngine.WatchList(_state, market, broker).ToLookup(t => t.Symbol, StringComparer.Ordinal);
        var changes = new List<ArmTriggers>(1);
        foreach (var triggers in wanted)
        {
            Compare(triggers.Key, triggers);
        }

        foreach (var symbol in _armed.Keys)
        {
            if (!wanted.Contains(symbol))
            {
                Compare(symbol, []);
            }
        }

        return changes;

        void Compare(string symbol, IEnumerable<PriceTrigger> triggers)
        {
            if (!_armed.TryGetValue(symbol, out var armed) || armed.IsDefault || !armed.SequenceEqual(triggers))
            {
                changes.Add(new ArmTriggers(Id, symbol, [.. triggers]));
            }
        }
    }
}
