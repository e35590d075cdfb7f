using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>Owns one alert's definition and the record of its firings. The symbol judges it, because only there does it see every quote.</summary>
public sealed class AlertGrain(IAlertBookkeeping store, TradingMetrics metrics, TimeProvider clock) : Grain, IAlertGrain
{
    private static readonly TimeSpan FindOutEvery = TimeSpan.FromSeconds(5);

    private AlertView? _alert;

    // Runs while it is not known whether the last change is stored.
    private IGrainTimer? _inDoubt;

    private Guid Id => this.GetPrimaryKey();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _alert = await store.LoadAsync(Id, cancellationToken);

    public async Task<AlertDefinition> CreateAsync(AlertDefinition definition)
    {
        await SettleAsync();
        if (_alert is null)
        {
            await SaveAsync(new AlertView(definition, AlertState.New));
        }
        else
        {
            await Symbol.ArmAlertAsync(_alert);
        }

        return _alert!.Definition;
    }

    public async Task<AlertDefinition?> UpdateAsync(AlertDefinition definition, bool active)
    {
        await SettleAsync();
        if (_alert is null || definition.Version != _alert.Definition.Version)
        {
            return null;
        }

        // A changed alert starts afresh, without a prior sample; what it has fired stays counted.
        definition = definition with { Version = _alert.Definition.Version + 1 };
        var state = AlertState.New with
        {
            ChangedAt = clock.GetUtcNow(),
            Status = active ? AlertStatus.Active : AlertStatus.Paused,
            FireCount = _alert.State.FireCount,
            LastFiredAt = _alert.State.LastFiredAt,
        };
        await SaveAsync(new AlertView(definition, state));
        return definition;
    }

    public async Task DeleteAsync()
    {
        await SettleAsync();
        if (_alert is null)
        {
            return;
        }

        await store.DeleteAsync(Id);
        // From here on a firing is none, also where the symbol could not be told.
        var symbol = Symbol;
        _alert = null;
        DeactivateOnIdle();
        await symbol.DisarmAlertAsync(Id);
    }

    public Task<AlertView?> GetAsync() => Task.FromResult(_alert);

    public async Task OnFiredAsync(AlertFired fired)
    {
        await SettleAsync();

        // Deleted meanwhile.
        if (_alert is null)
        {
            return;
        }

        // It was on its way when its user changed the alert: it has happened, and changes nothing of the alert as it is now.
        var isFormer = fired.Version is { } version && version != _alert.Definition.Version;

        // Told before: nothing is said twice.
        if (fired.Firing.Sequence > _alert.State.FireCount)
        {
            var state = isFormer ? _alert.State with { FireCount = fired.Firing.Sequence, LastFiredAt = fired.Firing.Time } : fired.State with { ChangedAt = _alert.State.ChangedAt };
            var after = _alert with { State = state };
            if (await store.RecordFiringAsync(after, fired.Firing, clock.GetUtcNow()))
            {
                metrics.AlertFired();
                await GrainFactory.GetGrain<IUserGrain>(after.Definition.UserId).PublishAsync(UserMessages.Alert(after.Definition, fired.Firing));
            }

            _alert = after;
        }

        if (isFormer && _alert.State.Status == AlertStatus.Active)
        {
            // The symbol may count from before it: its next firing would pass for this one.
            await Symbol.ArmAlertAsync(_alert);
        }
    }

    /// <summary>Stores it, and then has its symbol go by it: one that could not be stored is watched as it was.</summary>
    private async Task SaveAsync(AlertView alert)
    {
        try
        {
            await store.SaveAsync(alert);
        }
        catch (StoreUnavailableException e) when (e.OutcomeUnknown)
        {
            _inDoubt ??= this.RegisterGrainTimer(FindOutAsync, new GrainTimerCreationOptions(FindOutEvery, FindOutEvery) { KeepAlive = true });
            throw;
        }

        await TakeAsync(alert);
    }

    private Task SettleAsync() => _inDoubt is null ? Task.CompletedTask : FindOutAsync(CancellationToken.None);

    /// <summary>Its user was told of a failure and may leave it at that: what has been stored all the same is shown, so it is what counts.</summary>
    private async Task FindOutAsync(CancellationToken cancellation)
    {
        if (await store.LoadAsync(Id, cancellation) is { } stored && stored.Definition.Version != _alert?.Definition.Version)
        {
            await TakeAsync(stored);
        }

        _inDoubt?.Dispose();
        _inDoubt = null;
    }

    private async Task TakeAsync(AlertView stored)
    {
        if (_alert is not null && _alert.Definition.Symbol != stored.Definition.Symbol)
        {
            await Symbol.DisarmAlertAsync(Id);
        }

        _alert = stored;
        await Symbol.ArmAlertAsync(stored);
    }

    private ISymbolGrain Symbol => GrainFactory.GetGrain<ISymbolGrain>(_alert!.Definition.Symbol);
}
