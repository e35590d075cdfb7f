using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
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

    // The newest quote of each symbol that this account was judged at: what it reached and could not do sleeps until a later one. What another
    // quote reaches meanwhile, before it stands in the book, fires when it comes to stand there.
    private readonly Dictionary<string, Quote> _judged = new(StringComparer.Ordinal);

    /// <summary>When a symbol that did not answer is asked again.</summary>
    private static readonly TimeSpan ArmAgainAfter = TimeSpan.FromSeconds(1);

    private IGrainTimer? _armRetry;
    private Task<Exception?> _arming = Task.FromResult<Exception?>(null);
    private bool _armAgain;

    public async Task RearmAsync()
    {
        using (await TakeTurnAsync())
        {
            _armed.Clear();
            await ArmOrThrowAsync();
        }
    }

    /// <summary>
    /// Until the levels stand in their books. What is durable need not wait for that: a level that the market has passed meanwhile fires on arming.
    /// </summary>
    private void ArmSoon() => _ = ArmAsync();

    private void Judged(in Quote quote)
    {
        if (!_judged.TryGetValue(quote.Symbol, out var known) || known.Time <= quote.Time)
        {
            _judged[quote.Symbol] = quote;
        }
    }

    private async Task ArmOrThrowAsync()
    {
        if (await ArmAsync() is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <summary>Ends when every symbol concerned holds what this paper account waits for, as it is now or has become since.</summary>
    /// <returns>Why a symbol could not be told, which it will be again; null where all have been.</returns>
    private Task<Exception?> ArmAsync()
    {
        if (_state.Kind != AccountKind.Paper || !_state.IsOpen)
        {
            return Task.FromResult<Exception?>(null);
        }

        try
        {
            ScheduleTime();
        }
        catch (Exception e)
        {
            // An activation that has ended has no timers left; what it made durable is to be answered all the same. The next one arms.
            return Task.FromResult<Exception?>(e);
        }

        _armAgain = true;
        if (_arming.IsCompleted)
        {
            _arming = ArmUntilSettledAsync();
        }

        return _arming;
    }

    private async Task<Exception?> ArmUntilSettledAsync()
    {
        string? told = null;
        try
        {
            while (_armAgain)
            {
                _armAgain = false;
                foreach (var change in ArmingChanges())
                {
                    told = change.Symbol;
                    _armed[told] = change.Triggers;
                    await GrainFactory.GetGrain<ISymbolGrain>(told).ArmAsync(change);
                    if (change.Triggers.IsEmpty && _armed.TryGetValue(told, out var now) && now == change.Triggers)
                    {
                        _armed.Remove(told);
                    }
                }
            }

            return null;
        }
        catch (Exception e)
        {
            if (told is not null)
            {
                // What the book holds now is not known. Something is said to stand there, or nobody would take it out.
                _armed[told] = default;
            }

            log.LogWarning("Account {AccountId} could not arm its levels and tries again in {Pause}: {Reason}", Id, ArmAgainAfter, e.Message);
            _armRetry ??= this.RegisterGrainTimer(_ => ArmAsync(), new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
            _armRetry.Change(ArmAgainAfter, Timeout.InfiniteTimeSpan);
            return e;
        }
    }

    /// <summary>What has to be armed otherwise than it is, a symbol each.</summary>
    private List<ArmTriggers> ArmingChanges()
    {
        if (_armed.Count == 0 && _state.Positions.IsEmpty && _state.Orders.IsEmpty)
        {
            return [];
        }

        var wanted = BrokerEngine.WatchList(_state, market, broker, _judged);
        var changes = new List<ArmTriggers>(1);
        for (var i = 0; i < wanted.Count; i++)
        {
            if (FirstOf(wanted[i].Symbol) == i)
            {
                Compare(wanted[i].Symbol);
            }
        }

        foreach (var symbol in _armed.Keys)
        {
            if (FirstOf(symbol) < 0)
            {
                Compare(symbol);
            }
        }

        return changes;

        int FirstOf(string symbol)
        {
            for (var i = 0; i < wanted.Count; i++)
            {
                if (wanted[i].Symbol == symbol)
                {
                    return i;
                }
            }

            return -1;
        }

        void Compare(string symbol)
        {
            var all = ImmutableArray.CreateBuilder<PriceTrigger>(wanted.Count);
            foreach (var trigger in wanted)
            {
                if (trigger.Symbol == symbol)
                {
                    all.Add(trigger);
                }
            }

            var triggers = all.DrainToImmutable();
            if (!_armed.TryGetValue(symbol, out var armed) || armed.IsDefault || !armed.SequenceEqual(triggers))
            {
                changes.Add(new ArmTriggers(Id, symbol, triggers));
            }
        }
    }
}
