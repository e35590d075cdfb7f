namespace ActorTrading.Postgres.Private;

/// <summary>The server's configuration, written anew at each start.</summary>
internal static class ServerSettings
{
    public const string File = "actortrading.conf";

    /// <param name="compression">How a page that is logged whole is compressed: <c>lz4</c>, or <c>on</c> where the server has only its own way.</param>
    public static string Text(PrivatePostgresOptions options, int port, bool tcp, string socketFolder, string compression) => $"""
        # Written at each start; changes are lost.
        listen_addresses = '{(tcp ? "127.0.0.1" : "")}'
        port = {port}
        unix_socket_directories = '{(tcp ? "" : socketFolder.Replace("'", "''"))}'
        unix_socket_permissions = 0700
        max_connections = {options.MaxConnections}
        shared_buffers = {options.SharedBuffersMb}MB
        # Money: a commit that was answered is on disk.
        fsync = {(options.Fsync ? "on" : "off")}
        synchronous_commit = on
        full_page_writes = on
        # Nobody follows this server's log, so a finished part of it need not stay in memory: under load it took a tenth of all time to make room for it.
        wal_level = minimal
        max_wal_senders = 0
        # Few, spread checkpoints: each one makes the pages after it be logged whole.
        max_wal_size = 4GB
        min_wal_size = 256MB
        checkpoint_timeout = 15min
        checkpoint_completion_target = 0.9
        # After a checkpoint every page that is touched is logged whole; all accounts' at once, so how fast it is compressed is how long they wait.
        wal_compression = {compression}
        # What a connection has to write out is on its way to the disk at once. Left to the kernel it all goes half a minute later, and commits wait for
        # it: at 15,000 orders a second for 27 s, orders waited up to 0.3 s; half as long now.
        backend_flush_after = 512kB
        wal_buffers = 16MB
        # Positions and account states are updated in place all day; looking oftener than this took a twelfth of the processor's time under load.
        autovacuum_naptime = 1min
        autovacuum_vacuum_cost_limit = 1000
        autovacuum_max_workers = 2
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_min_messages = warning
        log_line_prefix = '%m [%p] '
        # A rival for an account's row is rare and is to be told soon.
        deadlock_timeout = 200ms

        """;
}
