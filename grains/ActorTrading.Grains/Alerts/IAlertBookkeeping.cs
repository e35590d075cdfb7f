using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>Where alerts and their firings are kept.</summary>
public interface IAlertBookkeeping
{
    Task<AlertView?> LoadAsync(Guid alertId, CancellationToken cancellation);

    /// <summary>The active alerts of a symbol, a page at a time by id.</summary>
    IAsyncEnumerable<AlertView> ActiveAsync(string symbol, CancellationToken cancellation);

    Task SaveAsync(AlertView alert);

    Task DeleteAsync(Guid alertId);

    /// <summary>Records the firing, the notification and what is to be sent, in one transaction.</summary>
    /// <returns>False where this firing was recorded before.</returns>
    Task<bool> RecordFiringAsync(AlertView after, AlertFiring firing, DateTimeOffset at);

    /// <summary>Writes what alerts have seen, so that a crossing is judged right after a restart. Never overwrites a newer firing's state.</summary>
    Task SaveStatesAsync(IReadOnlyList<(Guid AlertId, AlertState State)> states);
}
