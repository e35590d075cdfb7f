using System.Net.Sockets;
using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>Tells a server that is away from a statement that was refused.</summary>
internal static class Faults
{
    /// <summary>The connection is gone: whether the last commit took place is not known.</summary>
    public static bool IsConnectionLost(Exception error) => error switch
    {
        PostgresException refused => refused.SqlState is "57P01" or "57P02" or "57P05" || refused.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or IOException or SocketException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>The server answered that it cannot now (starting, stopping, no connection or no memory left); the transaction is rolled back.</summary>
    public static bool IsBusy(Exception error) => error is PostgresException { SqlState: "57P03" or "53300" or "53200" or "53400" or "40001" or "40P01" or "55P03" or "57014" };

    /// <summary>The server answered that the system below it fails (disk full, I/O error, read-only); the transaction is rolled back.</summary>
    public static bool IsBroken(Exception error) =>
        error is PostgresException refused && (refused.SqlState is "53100" or "25006" or "XX001" or "XX002" || refused.SqlState.StartsWith("58", StringComparison.Ordinal));

    /// <summary>The server is a standby or was told to take no writes. A connection made anew may lead to another server, or to this one when it takes them again.</summary>
    public static bool IsReadOnly(Exception error) => error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    /// <summary>A value that cannot be written (half of a surrogate pair); found while the parameters are bound, before anything is sent.</summary>
    public static bool IsUnsendable(Exception error) => error is ArgumentException or InvalidCastException or OverflowException;

    /// <summary>A migration has changed what a statement answers that this connection had prepared before; nothing was done.</summary>
    public static bool IsOutdated(Exception error) => error is PostgresException { SqlState: "0A000", Routine: "RevalidateCachedQuery" };

    public static bool IsUnavailable(Exception error) => IsConnectionLost(error) || IsBusy(error) || IsBroken(error);

    public static StoreUnavailableException Unavailable(Exception error, bool outcomeUnknown = false)
    {
        PostgresMetrics.Failures.Add(1);
        return new StoreUnavailableException(
            IsBroken(error) ? $"PostgreSQL cannot store now: {error.Message}" : $"PostgreSQL is not available: {error.Message}", error, outcomeUnknown);
    }

    public static bool IsUniqueViolation(Exception error, string? constraint = null) =>
        error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } refused && (constraint is null || refused.ConstraintName == constraint);
}
