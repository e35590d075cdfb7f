using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>Turns a refused connection into an instruction. Never shows the password.</summary>
internal static class ConnectionAdvice
{
    public static string For(Exception error, string connectionString)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var where = $"PostgreSQL at {to.Host}:{to.Port}, database '{to.Database}', user '{to.Username}'";
        return (error as PostgresException)?.SqlState switch
        {
            "3D000" => $"{where}: the database does not exist. Create it with 'createdb -O {to.Username} {to.Database}', or give the user CREATEDB.",
            "28P01" or "28000" => $"{where}: the login was refused. Check Username and Password in ConnectionStrings__Postgres and the server's pg_hba.conf.",
            "42501" => $"{where}: the user lacks a right: {error.Message}. Migrations need the database's owner with CREATEROLE (or the roles {PostgresDatabase.AppRole} and {PostgresDatabase.RequestRole} created and granted beforehand).",
            "22023" or "42704" => $"{where}: the role {PostgresDatabase.AppRole} is missing or not granted. Apply the migrations first.",
            _ => $"{where}: cannot connect: {error.Message}. Is the server running and reachable, and is ConnectionStrings__Postgres right?",
        };
    }
}
