namespace ActorTrading.Postgres.Private;

public sealed record PrivatePostgresOptions
{
    /// <summary>Holds the cluster, its log and its socket; made when missing. One process at a time may use it.</summary>
    public required string Folder { get; init; }

    /// <summary>TCP port on 127.0.0.1; null for a Unix socket in the folder (or a free port where the folder's path is too long for one).</summary>
    public int? Port { get; init; }

    /// <summary>Connections the server accepts, 10 to 1000; by default enough for a cluster of eight on one machine.</summary>
    public int MaxConnections { get; init; } = 400;

    /// <summary>Shared buffers, MB, 16 to 8192. More than the default makes a burst faster and sustained load stall: what is not written yet goes out at once.</summary>
    public int SharedBuffersMb { get; init; } = 256;

    /// <summary>Off only for a cluster that is thrown away: what was committed would then not outlive a power failure.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>How long a start or stop may take. A server that says that it replays its write-ahead log, as after a crash, is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
