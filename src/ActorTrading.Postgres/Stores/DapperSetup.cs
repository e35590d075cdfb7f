using System.Data;
using Dapper;

namespace ActorTrading.Postgres;

/// <summary>Teaches Dapper this database's names and times, once per process.</summary>
internal static class DapperSetup
{
    static DapperSetup()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTime());
    }

    public static void Ensure()
    {
        // Touching the type runs its static constructor.
    }

    /// <summary><c>timestamptz</c> comes as a UTC DateTime; everything here speaks DateTimeOffset.</summary>
    private sealed class UtcTime : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value is DateTimeOffset offset ? offset : new DateTimeOffset((DateTime)value, TimeSpan.Zero);

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.UtcDateTime;
    }
}

internal static class Statements
{
    /// <summary>One statement, its parameters by name, for Dapper.</summary>
    public static CommandDefinition With(this string sql, object? parameters, CancellationToken cancellation) => new(sql, parameters, cancellationToken: cancellation);

    /// <summary>What the statement's text takes as <c>jsonb</c>.</summary>
    public static string Json<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, Domain.DomainJson.Options);

    public static T FromJson<T>(string json) => System.Text.Json.JsonSerializer.Deserialize<T>(json, Domain.DomainJson.Options)
        ?? throw new InvalidDataException($"A stored {typeof(T).Name} is the JSON null.");
}
