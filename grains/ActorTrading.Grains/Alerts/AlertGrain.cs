using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans;
using Orleans.Runtime;

namespace ActorTrading.Grains;

/// <summary>Owns one alert's definition and the record of its firings. The symbol judges it, because only there does it see every quote.</summary>
public sealed class AlertGrain(IAlertBookkeeping store, TradingMetrics metrics, TimeProvider clock) : Grain, IAlertGrain
{
    private AlertView? _alert;

    private Guid Id => this.GetPrimaryKey();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _alert = await store.LoadAsync(Id, cancellationToken);

    public async Task<AlertDefinition> CreateAsync(AlertDefinition definition)
    {
        if (_alert is null)
        {
            var created = new AlertView(definition, AlertState.New);
            await store.SaveAsync(created);
            _alert = created;
        }

        await Symbol.ArmAlertAsync(_alert);
        return _alert.Definition;
    }

    public async Task<AlertDefinition> UpdateAsync(AlertDefinition definition, bool active)
    {
        if (_alert is null)
        {
            throw new InvalidOperationException($"There is no alert {Id}.");
        }

        if (definition.Symbol != _alert.Definition.Symbol)
        {
            await Symbol.DisarmAlertAsync(Id);
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
        var changed = new AlertView(definition, state);
        await store.SaveAsync(changed);
        _alert = changed;
        await Symbol.ArmAlertAsync(changed);
        return definition;
    }

    public async Task DeleteAsync()
    {
        if (_alert is null)
        {
            return;
        }

        await Symbol.DisarmAlertAsync(Id);
        await store.DeleteAsync(Id);
        _alert = null;
        DeactivateOnIdle();
    }

    public Task<AlertView?> GetAsync() => Task.FromResult(_alert);

    public async Task OnFiredAsync(AlertFired fired)
    {
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

    private ISymbolGrain Symbol => GrainFactory.GetGrain<ISymbolGrain>(_alert!.Definition.Symbol);
}
