#if REDIS_CLUSTERING
using Orleans.Hosting;
#endif

namespace ActorTrading.Silo;

/// <summary>The cluster's membership in Redis, where the build has it.</summary>
internal static class RedisMembership
{
#if REDIS_CLUSTERING
    public static void Use(ISiloBuilder silo, string connection) => silo.UseRedisClustering(connection);

    public static void Use(IClientBuilder client, string connection) => client.UseRedisClustering(connection);
#else
    public static void Use(object _, string connection) =>
        throw new StartupException("Cluster:Redis is set, but this build leaves Redis out (-p:RedisClustering=false): build without that, or leave the membership to PostgreSQL.");
#endif
}
