using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded.Storage;

/// <summary>Keeps grain state in PostgreSQL, one row per grain and state; the row's version is the ETag.</summary>
public sealed class PostgresGrainStorage(NpgsqlDataSource database, string schema = "grains") : IGrainStorage
{
    private readonly string _table = $"{PostgresSchema.Quote(schema)}.state";

    /// <summary>Creates the table when it is missing.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => PostgresSchema.EnsureAsync(database, schema, cancellationToken);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        await using var command = database.CreateCommand($"SELECT body, version FROM {_table} WHERE grain = $1 AND name = $2");
        AddKey(command, stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            grainState.State = JsonSerializer.Deserialize<T>(reader.GetString(0), StateJson.Options);
            grainState.ETag = Tag(reader.GetInt64(1));
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = default;
            grainState.ETag = null;
            grainState.RecordExists = false;
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var exists = grainState.ETag is not null;
        // Versions count on over a clear and a new insert, so that an old ETag never fits a new row.
        await using var command = database.CreateCommand(exists
            ? $"UPDATE {_table} SET body = $3, version = nextval('{_table}_version') WHERE grain = $1 AND name = $2 AND version = $4 RETURNING version"
            : $"INSERT INTO {_table} (grain, name, body, version) VALUES ($1, $2, $3, nextval('{_table}_version')) ON CONFLICT DO NOTHING RETURNING version");
        AddKey(command, stateName, grainId);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = JsonSerializer.Serialize(grainState.State, StateJson.Options),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        if (exists)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Version(grainState.ETag!) });
        if (await command.ExecuteScalarAsync(cancellationToken) is not long version)
            throw await ConflictAsync(stateName, grainId, grainState.ETag, cancellationToken);
        grainState.ETag = Tag(version);
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (grainState.ETag is { } etag)
        {
            await using var command = database.CreateCommand($"DELETE FROM {_table} WHERE grain = $1 AND name = $2 AND version = $3");
            AddKey(command, stateName, grainId);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Version(etag) });
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
                throw await ConflictAsync(stateName, grainId, etag, cancellationToken);
        }

        grainState.State = default;
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private async Task<InconsistentStateException> ConflictAsync(string stateName, GrainId grainId, string? etag, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT version FROM {_table} WHERE grain = $1 AND name = $2");
        AddKey(command, stateName, grainId);
        var stored = await command.ExecuteScalarAsync(cancellationToken) is long version ? Tag(version) : null;
        return new InconsistentStateException($"State '{stateName}' of {grainId} was changed by somebody else.", stored, etag);
    }

    private static void AddKey(NpgsqlCommand command, string stateName, GrainId grainId)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grainId.ToString() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stateName });
    }

    private static string Tag(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static long Version(string etag) => long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
}
