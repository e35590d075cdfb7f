using ActorTrading.Contracts;
using ActorTrading.Grains;
using ActorTrading.Postgres.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Embedded;

namespace ActorTrading.Silo;

/// <summary>The grains in this process, without Orleans's packages.</summary>
internal static class GrainHost
{
    public const string Name = "Embedded";

    public static IReadOnlyList<MigrationSource> Migrations { get; } = [MigrationSource.Core];

    /// <exception cref="StartupException">Always: a cluster needs the other grain host.</exception>
    public static Task<int> RunClusterAsync(RunOptions options, string connectionString, SimulatedTerminals? terminals, CancellationToken stop) =>
        throw new StartupException($"--cluster {options.Cluster}: the embedded grain host is one process; build with -p:GrainHost=Orleans (GRAIN_HOST=Orleans ./run --cluster {options.Cluster}).");

    public static void AddGrainHost(this IHostApplicationBuilder builder, RunOptions options, string connectionString)
    {
        if (options.Role != "all")
        {
            throw new StartupException($"--role {options.Role}: roles need more than one process, which the embedded grain host has not; build with -p:GrainHost=Orleans.");
        }

        var data = NpgsqlDataSource.Create(connectionString);
        builder.Services.AddSingleton(data);
        builder.Services.AddEmbeddedOrleans(grains =>
        {
            grains.AddGrainAssemblies(typeof(AccountGrain).Assembly, typeof(IAccountGrain).Assembly);
            grains.UsePostgres(_ => data);
        });
    }
}
