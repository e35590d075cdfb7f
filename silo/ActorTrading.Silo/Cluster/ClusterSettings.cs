using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace ActorTrading.Silo;

/// <summary>Where this process stands in its cluster. The environment's names come first, then the section <c>Cluster</c>, then what suits one machine.</summary>
/// <param name="ClusterId">Silos and clients of one cluster share it; <c>ORLEANS_CLUSTER_ID</c>.</param>
/// <param name="ServiceId">Names what is stored; the same over all deployments; <c>ORLEANS_SERVICE_ID</c>.</param>
/// <param name="SiloName">For the logs and the membership; <c>ORLEANS_SILO_NAME</c> or <c>POD_NAME</c>.</param>
/// <param name="Address">Where other silos and clients reach this one; <c>POD_IP</c>.</param>
/// <param name="SiloPort">TCP port between silos, 1 to 65535; <c>ORLEANS_SILO_PORT</c>.</param>
/// <param name="GatewayPort">TCP port for clients, 1 to 65535; <c>ORLEANS_GATEWAY_PORT</c>.</param>
/// <param name="Redis">A StackExchange.Redis connection string where Redis holds the membership; null for PostgreSQL.</param>
/// <param name="ProbeTimeout">How long a silo waits for another's sign of life, 0.2 to 60 s.</param>
/// <param name="MissedProbes">After so many without an answer, 1 to 20, a silo votes the other dead.</param>
/// <param name="ResponseTimeout">How long a caller waits; the outcome is then unknown. 1 to 300 s.</param>
internal sealed record ClusterSettings(
    string ClusterId, string ServiceId, string SiloName, IPAddress Address, int SiloPort, int GatewayPort, string? Redis,
    TimeSpan ProbeTimeout, int MissedProbes, TimeSpan ResponseTimeout)
{
    /// <summary>Every address of the machine, of the kind at which the others reach it; on one machine only that one.</summary>
    public IPAddress ListensAt => IPAddress.IsLoopback(Address) ? Address : Address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <exception cref="StartupException">A value is not of its kind; the message names it.</exception>
    public static ClusterSettings From(IConfiguration configuration)
    {
        var redis = Text("Cluster:Redis", null, "");
        var clustering = Text("Cluster:Clustering", null, redis.Length > 0 ? "redis" : "postgres");
        if (clustering is not ("postgres" or "redis") || (clustering == "redis" && redis.Length == 0))
        {
            throw new StartupException($"Cluster:Clustering is '{clustering}': it is 'postgres', or 'redis' with Cluster:Redis saying where.");
        }

        return new(
            Text("Cluster:ClusterId", "ORLEANS_CLUSTER_ID", "actortrading"),
            Text("Cluster:ServiceId", "ORLEANS_SERVICE_ID", "actortrading"),
            Text("Cluster:SiloName", "ORLEANS_SILO_NAME", Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName),
            IPAddress.TryParse(Text("Cluster:Address", "POD_IP", "127.0.0.1"), out var address) ? address : throw new StartupException("Cluster:Address (POD_IP) is not an IP address."),
            Number("Cluster:SiloPort", "ORLEANS_SILO_PORT", 11111, 1, 65535),
            Number("Cluster:GatewayPort", "ORLEANS_GATEWAY_PORT", 30000, 1, 65535),
            clustering == "redis" ? redis : null,
            Seconds("Cluster:ProbeTimeoutSeconds", 2, 0.2, 60),
            Number("Cluster:MissedProbes", null, 3, 1, 20),
            Seconds("Cluster:ResponseTimeoutSeconds", 15, 1, 300));

        string Text(string key, string? environment, string otherwise) =>
            environment is not null && Environment.GetEnvironmentVariable(environment) is { Length: > 0 } given ? given
            : configuration[key] is { Length: > 0 } configured ? configured : otherwise;

        int Number(string key, string? environment, int otherwise, int min, int max) => (int)Value(key, environment, otherwise, min, max);

        TimeSpan Seconds(string key, double otherwise, double min, double max) => TimeSpan.FromSeconds(Value(key, null, otherwise, min, max));

        double Value(string key, string? environment, double otherwise, double min, double max) =>
            Text(key, environment, otherwise.ToString(CultureInfo.InvariantCulture)) is var text
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
                ? value
                : throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{key}{(environment is null ? "" : $" ({environment})")} is '{text}': it must be from {min} to {max}."));
    }
}
