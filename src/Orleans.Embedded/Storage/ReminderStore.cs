using System.Collections.Concurrent;
using Npgsql;
using Orleans.Runtime;

namespace Orleans.Embedded.Storage;

/// <summary>A stored reminder. Times are UTC.</summary>
public sealed record StoredReminder(GrainId Grain, string Name, DateTimeOffset StartAt, TimeSpan Period, Guid ETag);

/// <summary>Where reminders are kept.</summary>
public interface IReminderStore
{
    /// <summary>Creates what is missing.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    Task<IReadOnlyList<StoredReminder>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>Writes a reminder over an older one of the same name; durable when it returns.</summary>
    Task UpsertAsync(StoredReminder reminder, CancellationToken cancellationToken);

    /// <summary>Removes a reminder if it still has this ETag; false when it has not.</summary>
    Task<bool> RemoveAsync(StoredReminder reminder, CancellationToken cancellationToken);
}

/// <summary>Keeps reminders in this process, for tests.</summary>
public sealed class MemoryReminderStore : IReminderStore
{
    private readonly ConcurrentDictionary<(GrainId, string), StoredReminder> _reminders = new();

    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<StoredReminder>> ReadAllAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoredReminder>>([.. _reminders.Values.OrderBy(r => r.Grain).ThenBy(r => r.Name, StringComparer.Ordinal)]);

    public Task UpsertAsync(StoredReminder reminder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        _reminders[(reminder.Grain, reminder.Name)] = reminder;
        return Task.CompletedTask;
    }

    public Task<bool> RemoveAsync(StoredReminder reminder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return Task.FromResult(_reminders.TryRemove(KeyValuePair.Create((reminder.Grain, reminder.Name), reminder)));
    }
}

/// <summary>Keeps reminders in PostgreSQL.</summary>
public sealed class PostgresReminderStore(NpgsqlDataSource database, string schema = "grains") : IReminderStore
{
    private readonly string _table = $"{PostgresSchema.Quote(schema)}.reminder";

    public Task PrepareAsync(CancellationToken cancellationToken) => PostgresSchema.EnsureAsync(database, schema, cancellationToken);

    public async Task<IReadOnlyList<StoredReminder>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT grain, name, start_at, period, etag FROM {_table} ORDER BY grain, name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<StoredReminder>();
        while (await reader.ReadAsync(cancellationToken))
        {
            all.Add(new StoredReminder(GrainId.Parse(reader.GetString(0)), reader.GetString(1),
                reader.GetFieldValue<DateTimeOffset>(2), reader.GetTimeSpan(3), reader.GetGuid(4)));
        }

        return all;
    }

    public async Task UpsertAsync(StoredReminder reminder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        await using var command = database.CreateCommand(
            $"""
            INSERT INTO {_table} (grain, name, start_at, period, etag) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (grain, name) DO UPDATE SET start_at = $3, period = $4, etag = $5
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reminder.Grain.ToString() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reminder.Name });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = reminder.StartAt });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = reminder.Period });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = reminder.ETag });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> RemoveAsync(StoredReminder reminder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        await using var command = database.CreateCommand($"DELETE FROM {_table} WHERE grain = $1 AND name = $2 AND etag = $3");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reminder.Grain.ToString() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reminder.Name });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = reminder.ETag });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
