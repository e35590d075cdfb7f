using System.Net;
using ActorTrading.Grains;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Versions.Compatibility;
using Orleans.Versions.Selector;

namespace ActorTrading.Silo;

/// <summary>The grains on Microsoft Orleans: this process is a silo of a cluster, or (role <c>api</c>) a client of one.</summary>
internal static class GrainHost
{
    public const string Name = "Orleans";

    private const string Invariant = "Npgsql";

    /// <summary>The AdoNet providers' tables and statements come on top of the system's own.</summary>
    public static IReadOnlyList<MigrationSource> Migrations { get; } = [MigrationSource.Core, new("orleans", typeof(GrainHost).Assembly, "ActorTrading.Silo.Cluster.Sql.")];

    public static Task<int> RunClusterAsync(RunOptions options, string connectionString, SimulatedTerminals? terminals, CancellationToken stop) =>
        LocalCluster.RunAsync(options, connectionString, terminals, stop);

    public static void AddGrainHost(this IHostApplicationBuilder builder, RunOptions options, string connectionString)
    {
        var cluster = ClusterSettings.From(builder.Configuration);
        var membership = Membership(connectionString);
        var traced = OtlpExport.IsConfigured(builder.Configuration);
        builder.Services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.UnionWith(["ActorTrading", "Npgsql", "Orleans"]));
        if (options.Role == "api")
        {
            builder.UseOrleansClient(client => Client(client, cluster, membership, traced));
            builder.Services.AddHealthChecks().AddCheck<ContractsHealthCheck>("contracts", tags: ["ready"]);
        }
        else
        {
            builder.UseOrleans(silo => Silo(silo, cluster, membership, traced));
            builder.Services.AddHostedService<ClusterWatch>();
        }
    }

    private static void Silo(ISiloBuilder silo, ClusterSettings cluster, NpgsqlDataSource membership, bool traced)
    {
        if (traced)
        {
            // Passes every call through a filter, so only where somebody looks at traces.
            silo.AddActivityPropagation();
        }

        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.Configure<SiloOptions>(o => o.SiloName = cluster.SiloName);
        silo.Configure<EndpointOptions>(o =>
        {
            (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (cluster.Address, cluster.SiloPort, cluster.GatewayPort);
            var listen = cluster.ListensAt;
            (o.SiloListeningEndpoint, o.GatewayListeningEndpoint) = (new(listen, cluster.SiloPort), new(listen, cluster.GatewayPort));
        });
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = cluster.ProbeTimeout;
            o.NumMissedProbesLimit = cluster.MissedProbes;
            o.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            o.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });
        // While two versions run side by side: a newer silo answers older callers, never the other way round, and a grain comes up where its
        // contract is newest. So none goes back to an older silo, which could not read what the newer one has kept, and each moves once.
        silo.Configure<GrainVersioningOptions>(o => (o.DefaultCompatibilityStrategy, o.DefaultVersionSelectorStrategy) = (nameof(BackwardCompatible), nameof(LatestVersion)));
        silo.Configure<SiloMessagingOptions>(o =>
        {
            (o.ResponseTimeout, o.SystemResponseTimeout) = (cluster.ResponseTimeout, cluster.ResponseTimeout);
            // Back-pressure: a grain that is this far behind refuses, and its caller hears so at once.
            (o.MaxEnqueuedRequestsSoftLimit, o.MaxEnqueuedRequestsHardLimit) = (5_000, 20_000);
        });
        // An activation reads its history first, and shutting down waits for appends on their way.
        silo.Configure<GrainCollectionOptions>(o => (o.CollectionAge, o.ActivationTimeout, o.DeactivationTimeout) = (TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20)));
        if (cluster.Redis is { } redis)
        {
            RedisMembership.Use(silo, redis);
        }
        else
        {
            silo.UseAdoNetClustering(o => (o.Invariant, o.DataSource) = (Invariant, membership));
        }

        silo.AddAdoNetGrainStorageAsDefault(o => (o.Invariant, o.DataSource) = (Invariant, membership));
        silo.UseAdoNetReminderService(o => (o.Invariant, o.DataSource) = (Invariant, membership));
    }

    private static void Client(IClientBuilder client, ClusterSettings cluster, NpgsqlDataSource membership, bool traced)
    {
        if (traced)
        {
            client.AddActivityPropagation();
        }

        client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = cluster.ResponseTimeout);
        client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
        // How soon it knows what a silo that has come serves.
        client.Configure<TypeManagementOptions>(o => o.TypeMapRefreshInterval = TimeSpan.FromSeconds(5));
        // Silos may come later than their clients: the host's start-up waits, and a stop ends the waiting.
        client.UseConnectionRetryFilter(async (_, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
            return true;
        });
        if (cluster.Redis is { } redis)
        {
            RedisMembership.Use(client, redis);
        }
        else
        {
            client.UseAdoNetClustering(o => (o.Invariant, o.DataSource) = (Invariant, membership));
        }
    }

    /// <summary>A few connections of its own, in the system's role, so that membership never waits behind the trade.</summary>
    private static NpgsqlDataSource Membership(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = 5;
        builder.ConnectionStringBuilder.ApplicationName = "actortrading-cluster";
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.UsePhysicalConnectionInitializer(BecomeApp, BecomeAppAsync);
        return builder.Build();

        static void BecomeApp(NpgsqlConnection connection)
        {
            using var command = new NpgsqlCommand($"SET ROLE {PostgresDatabase.AppRole}", connection);
            command.ExecuteNonQuery();
        }

        static async Task BecomeAppAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand($"SET ROLE {PostgresDatabase.AppRole}", connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
