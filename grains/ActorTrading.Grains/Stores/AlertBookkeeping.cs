using System.Runtime.CompilerServices;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>Alerts, their firings, and what a firing sends.</summary>
public sealed class AlertBookkeeping(IAlertStore alerts, TimeProvider clock) : IAlertBookkeeping
{
    public async Task<AlertView?> LoadAsync(Guid alertId, CancellationToken cancellation) =>
        await alerts.GetAsync(alertId, cancellation) is { } alert ? new AlertView(alert.Definition, alert.State) : null;

    public async IAsyncEnumerable<AlertView> ActiveAsync(string symbol, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var alert in alerts.ActiveAsync(symbol, cancellation))
        {
            yield return new AlertView(alert.Definition, alert.State);
        }
    }

    public Task SaveAsync(AlertView alert) => alerts.SaveAsync(alert.Definition, alert.State, clock.GetUtcNow());

    public Task DeleteAsync(Guid alertId) => alerts.DeleteAsync(alertId, clock.GetUtcNow());

    public async Task<bool> RecordFiringAsync(AlertView after, AlertFiring firing, DateTimeOffset at) => await alerts.RecordFiringAsync(
        new FiringRecord(after.Definition.UserId, firing, after.State, UserMessages.Alert(after.Definition, firing).Json, [.. AlertDeliveries.Of(after.Definition, firing)]), at) is not null;

    public Task SaveStatesAsync(IReadOnlyList<(Guid AlertId, AlertState State)> states) => alerts.SaveStatesAsync(states, clock.GetUtcNow());
}
