using Orleans.Embedded.Storage;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>Wakes grains when their stored reminders are due. A tick that was missed while the process was down is not made up for.</summary>
internal sealed class ReminderService(GrainHost host)
{
    /// <summary>The longest due time or period: what a timer takes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId Grain, string Name), Armed> _armed = [];
    private IReminderStore? _store;
    private bool _running;

    private IReminderStore Store => _store ?? throw new OrleansConfigurationException(
        "No reminder store is configured. Call UseMemoryReminders or UsePostgres when adding the embedded host.");

    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _store = host.Settings.ReminderStore?.Invoke(host.Services);
        if (_store is not null)
            await _store.PrepareAsync(cancellationToken);
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        _running = true;
        if (_store is null)
            return;
        foreach (var reminder in await _store.ReadAllAsync(cancellationToken))
            ArmUnlessNewer(reminder);
    }

    internal void Stop()
    {
        lock (_gate)
        {
            _running = false;
            foreach (var armed in _armed.Values)
                armed.Dispose();
            _armed.Clear();
        }
    }

    internal async Task<IGrainReminder> RegisterOrUpdate(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (dueTime < TimeSpan.Zero || dueTime > Longest)
            throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, $"Expected zero to {Longest}.");
        if (period < host.Settings.MinimumReminderPeriod || period > Longest)
            throw new ArgumentException($"Reminder '{name}' has a period of {period}. Expected {host.Settings.MinimumReminderPeriod} to {Longest}.", nameof(period));
        var now = host.Time.GetUtcNow();
        var reminder = new StoredReminder(grain, name, now + dueTime, period, Guid.CreateVersion7(now));
        await Store.UpsertAsync(reminder, CancellationToken.None);
        Arm(reminder);
        return new Handle(reminder);
    }

    internal async Task Unregister(GrainId grain, IGrainReminder reminder)
    {
        if (reminder is not Handle { Stored: var stored } || stored.Grain != grain)
            throw new ReminderException($"This is not a reminder of {grain}. Get it with GetReminder.");
        if (!await Store.RemoveAsync(stored, CancellationToken.None))
            throw new ReminderException($"Reminder '{stored.Name}' of {grain} was changed or removed by somebody else. Get it again.");
        lock (_gate)
        {
            if (_armed.TryGetValue((grain, stored.Name), out var armed) && armed.Stored.ETag == stored.ETag)
            {
                armed.Dispose();
                _armed.Remove((grain, stored.Name));
            }
        }
    }

    internal Task<IGrainReminder?> Get(GrainId grain, string name)
    {
        _ = Store;
        lock (_gate)
            return Task.FromResult<IGrainReminder?>(_armed.TryGetValue((grain, name), out var armed) ? new Handle(armed.Stored) : null);
    }

    internal Task<List<IGrainReminder>> GetAll(GrainId grain)
    {
        _ = Store;
        lock (_gate)
        {
            return Task.FromResult(_armed.Values.Where(a => a.Stored.Grain == grain)
                .OrderBy(a => a.Stored.Name, StringComparer.Ordinal).Select(IGrainReminder (a) => new Handle(a.Stored)).ToList());
        }
    }

    /// <summary>For what was read: a grain may have set the same reminder since.</summary>
    private void ArmUnlessNewer(StoredReminder reminder)
    {
        lock (_gate)
        {
            if (!_armed.ContainsKey((reminder.Grain, reminder.Name)))
                Arm(reminder);
        }
    }

    private void Arm(StoredReminder reminder)
    {
        lock (_gate)
        {
            if (!_running)
                return;
            if (_armed.Remove((reminder.Grain, reminder.Name), out var old))
                old.Dispose();
            _armed[(reminder.Grain, reminder.Name)] = new Armed(host, reminder);
        }
    }

    private sealed record Handle(StoredReminder Stored) : IGrainReminder
    {
        public string ReminderName => Stored.Name;
    }

    /// <summary>One reminder's timer. Ticks stay on the grid that the first one began, and do not overlap.</summary>
    private sealed class Armed : IDisposable
    {
        private readonly GrainHost _host;
        private readonly ITimer _timer;
        private volatile bool _disposed;
        private DateTimeOffset _due;

        internal Armed(GrainHost host, StoredReminder reminder)
        {
            _host = host;
            Stored = reminder;
            var now = host.Time.GetUtcNow();
            _due = now <= reminder.StartAt ? reminder.StartAt : NextAfter(now);
            using (ExecutionContext.SuppressFlow())
                _timer = host.Time.CreateTimer(static self => _ = ((Armed)self!).TickAsync(), this, Pause(now), Timeout.InfiniteTimeSpan);
        }

        internal StoredReminder Stored { get; }

        public void Dispose()
        {
            _disposed = true;
            _timer.Dispose();
        }

        private TimeSpan Pause(DateTimeOffset now) => _due - now is var pause && pause < Longest ? pause : Longest;

        /// <summary>The first time on the grid that is later than <paramref name="now"/>, which is later than the first tick.</summary>
        private DateTimeOffset NextAfter(DateTimeOffset now) => now + TimeSpan.FromTicks(Stored.Period.Ticks - (now - Stored.StartAt).Ticks % Stored.Period.Ticks);

        private async Task TickAsync()
        {
            try
            {
                var grain = _host.Factory.GetGrain<IRemindable>(Stored.Grain);
                await grain.ReceiveReminder(Stored.Name, new TickStatus(Stored.StartAt.UtcDateTime, Stored.Period, _host.Time.GetUtcNow().UtcDateTime))
                    .ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                _host.Log.ReminderFailed(Stored.Name, Stored.Grain, exception);
            }

            if (_disposed)
                return;
            // Timers go by another clock and may be a little early; what has just ticked must not tick again when its time has come.
            var now = _host.Time.GetUtcNow();
            _due += Stored.Period;
            if (_due <= now)
                _due = NextAfter(now);
            _timer.Change(Pause(now), Timeout.InfiniteTimeSpan);
        }
    }
}
