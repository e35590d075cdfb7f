using System.Reflection;
using Microsoft.Extensions.Hosting;
#if ORLEANS_HOST
using System.Net;
using System.Net.Sockets;
using Orleans.Hosting;
#else
using Orleans.Embedded;
#endif

namespace ActorTrading.Benchmarks;

/// <summary>The grain host that is measured: the only place that knows which one it is. State and reminders are in memory on either.</summary>
internal static class GrainHosting
{
#if ORLEANS_HOST
    public const string Name = "Orleans";

    /// <summary>One silo in this process, with its client beside the grains: what is measured is Orleans, not a network.</summary>
    public static void AddGrains(this IHostApplicationBuilder builder, params Assembly[] _)
    {
        var (siloPort, gatewayPort) = FreePorts();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(siloPort, gatewayPort)
            .AddMemoryGrainStorageAsDefault()
            .UseInMemoryReminderService());
    }

    /// <summary>Two runs at a time must not meet on Orleans's usual ports.</summary>
    private static (int Silo, int Gateway) FreePorts()
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
#else
    public const string Name = "Embedded";

    public static void AddGrains(this IHostApplicationBuilder builder, params Assembly[] assemblies) =>
        builder.UseEmbeddedOrleans(options => options.AddGrainAssemblies(assemblies));
#endif
}
