namespace ActorTrading.Postgres.Private;

public sealed record PrivatePostgresOptions
{
    /// <summary>Holds the cluster, its log and its socket; made when missing. One process at a time may use it.</summary>
    public required string Folder { get; init; }

    /// <summary>TCP port on 127.0.0.1; null for a Unix socket in the folder (or a free port where the folder's path is too long for one).</summary>
    public int? Port { get; init; }

    /// <summary>Connections the server accepts, 10 to 1000; by default enough for a cluster of eight on one machine.</summary>
    public int MaxConnections { get; init; } = 400;

    /// <summary>
    /// Shared buffers, MB, 16 to 8192; by default a sixteenth of the machine's memory (or of the container's), from 128 to 1024. Every account that
    /// trades has pages of its own in nine indexes: what does not fit is written out and read again between its orders.
    /// </summary>
    public int SharedBuffersMb { get; init; } = (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16 / (1 << 20), 128, 1024);

    /// <summary>Off only for a cluster that is thrown away: what was committed would then not outlive a power failure.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>How long a start or stop may take: after a kill the write-ahead log is replayed first.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
