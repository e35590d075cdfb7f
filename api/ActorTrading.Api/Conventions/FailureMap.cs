namespace ActorTrading.Api.Conventions;

/// <summary>Failures of what lies below the API, as the caller should see them.</summary>
public static class FailureMap
{
    /// <returns>Null for a failure that is a defect of ours.</returns>
    public static ApiException? Translate(Exception e) => e switch
    {
        ApiException own => own,
        TimeoutException => new(503, ProblemCodes.Unavailable, "No answer in time. What was asked may still have happened: ask again with the same Idempotency-Key.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        _ when IsStoreDown(e) => new(503, ProblemCodes.Unavailable, "The database is not reachable just now.") { RetryAfter = TimeSpan.FromSeconds(2) },
        _ => null,
    };

    /// <summary>A connection that broke or was refused, or a server that is starting, stopping or full (SQLSTATE classes 08, 53 and 57P).</summary>
    private static bool IsStoreDown(Exception e) => e switch
    {
        Npgsql.PostgresException p => p.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..],
        Npgsql.NpgsqlException => true,
        System.Net.Sockets.SocketException => true,
        { InnerException: { } inner } => IsStoreDown(inner),
        _ => false,
    };
}
