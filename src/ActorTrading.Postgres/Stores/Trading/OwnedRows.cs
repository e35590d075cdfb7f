using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>A projection row with the account that it belongs to.</summary>
public sealed record Owned<T>(Guid AccountId, T Row);

/// <summary>Reads a row's columns by name, as the domain's records want them.</summary>
internal static class RowReading
{
    public static string Text(this NpgsqlDataReader row, string name) => row.GetString(row.GetOrdinal(name));
    public static string? TextOrNull(this NpgsqlDataReader row, string name) => row.OrNull<string>(name);
    public static decimal Number(this NpgsqlDataReader row, string name) => row.GetDecimal(row.GetOrdinal(name));
    public static Guid Id(this NpgsqlDataReader row, string name) => row.GetGuid(row.GetOrdinal(name));
    public static DateTimeOffset Time(this NpgsqlDataReader row, string name) => row.GetFieldValue<DateTimeOffset>(row.GetOrdinal(name));

    public static T? ValueOrNull<T>(this NpgsqlDataReader row, string name) where T : struct
    {
        var at = row.GetOrdinal(name);
        return row.IsDBNull(at) ? null : row.GetFieldValue<T>(at);
    }

    public static T? OrNull<T>(this NpgsqlDataReader row, string name) where T : class
    {
        var at = row.GetOrdinal(name);
        return row.IsDBNull(at) ? null : row.GetFieldValue<T>(at);
    }

    public static T Enum<T>(this NpgsqlDataReader row, string name) where T : struct, Enum => StoredEnum<T>.Parse(row.Text(name));

    public static CopyOrigin? Copy(this NpgsqlDataReader row) => row.ValueOrNull<Guid>("copy_link_id") is { } link
        ? new CopyOrigin(link, row.Id("copy_leader_account_id"), row.ValueOrNull<long>("copy_leader_seq") ?? 0,
            row.ValueOrNull<Guid>("copy_leader_position_id"), row.ValueOrNull<Guid>("copy_leader_order_id"))
        : null;

    public static async Task<List<T>> ListAsync<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation,
        params NpgsqlParameter[] parameters)
    {
        await using var query = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) query.Parameters.Add(parameter);
        var rows = new List<T>();
        await using var reader = await query.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) rows.Add(read(reader));
        return rows;
    }

    public static NpgsqlParameter Parameter<T>(string name, T value) => new NpgsqlParameter<T>(name, value);

    /// <summary>For a condition that is left out where the value is null; the type must be told, since a null has none.</summary>
    public static NpgsqlParameter Optional(string name, object? value, NpgsqlTypes.NpgsqlDbType type) => new(name, type) { Value = value ?? DBNull.Value };
}
