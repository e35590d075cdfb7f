namespace ActorTrading.Postgres;

public sealed class PostgresOptions
{
    /// <summary>An Npgsql connection string. Its user must own the database (or may create it), or migrations must be applied beforehand by one who does.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>A connection string for migrations only, where the owner is another login than the one that serves; null for the same.</summary>
    public string? MigrationConnectionString { get; set; }

    /// <summary>
    /// Largest number of pooled connections of this process, 4 to 500, where the connection string has no <c>Maximum Pool Size</c>. The ledger's
    /// <see cref="LedgerWriterOptions.Lanes"/> come on top of them.
    /// </summary>
    public int MaxConnections { get; set; } = 40;

    /// <summary>How long a query may take before it is given up.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(15);

    public LedgerWriterOptions Ledger { get; set; } = new();
}

/// <summary>Limits of the ledger writer.</summary>
public sealed record LedgerWriterOptions
{
    /// <summary>Connections that commit side by side, 1 to 16; an account always uses the same one.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>Most appends in one transaction, 1 to 10,000.</summary>
    public int BatchAppends { get; init; } = 512;

    /// <summary>
    /// Most ledger entries in one transaction, but for an append that has more by itself; at least 1. What a gap in the prices does to hundreds of
    /// accounts that are full of positions would take longer than <see cref="BatchTimeout"/> at once, however often it is tried.
    /// </summary>
    public int BatchEntries { get; init; } = 50_000;

    /// <summary>Most appends waiting per lane; further ones are refused with <see cref="LedgerOverloadedException"/>.</summary>
    public int QueuedAppends { get; init; } = 50_000;

    /// <summary>Most ledger entries in one append: well above what one quote can do to one account (<c>BrokerEngine.EntriesMax</c>).</summary>
    public int EntriesPerAppend { get; init; } = 10_000;

    /// <summary>How long a batch is tried again while the server is away, before its appends are answered with <see cref="StoreUnavailableException"/>.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one batch may take at the server before its connection is given up.</summary>
    public TimeSpan BatchTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
