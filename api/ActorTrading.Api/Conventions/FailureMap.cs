using ActorTrading.Postgres;

namespace ActorTrading.Api.Conventions;

/// <summary>Failures of what lies below the API, as the caller should see them.</summary>
public static class FailureMap
{
    /// <returns>Null for a failure that is a defect of ours.</returns>
    public static ApiException? Translate(Exception e) => e switch
    {
        ApiException own => own,
        InvalidCursorException cursor => ApiException.BadField("cursor", cursor.Message),
        StoreUnavailableException { OutcomeUnknown: true } => Down("The database went away while it was writing: what was asked may have happened. Ask again with the same Idempotency-Key."),
        StoreUnavailableException => Down("The database is not reachable just now: nothing was done."),
        ConflictException { Conflict: LedgerConflict.Sequence or LedgerConflict.CopyDecision } => Down("The account was changed by another process just now: nothing was done. Try again."),
        ConflictException { Conflict: LedgerConflict.ClientOrderId } taken => new(409, "CLIENT_ORDER_ID_REUSED", taken.Message),
        LedgerOverloadedException => Down("More is waiting to be written than may wait: nothing was done."),
        TypeLoadException => Down("A process of an older version was asked, which does not know the question: nothing was done."),
        // The process that was asked has gone, or it refused for being too far behind; which of them cannot be told from here.
        Orleans.Runtime.OrleansException => Down("What was asked did not reach its place, or its answer did not come back: it may have happened. Ask again with the same Idempotency-Key."),
        TimeoutException => new(503, ProblemCodes.Unavailable, "No answer in time. What was asked may still have happened: ask again with the same Idempotency-Key.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        // Nothing that people write: a number beyond what the database can hold.
        Npgsql.PostgresException { SqlState: "22003" } => new(400, ProblemCodes.ValidationFailed, "A number in the request is too large, or has more decimals than can be stored."),
        // A way past the checks of the body; the statement was refused as a whole.
        Npgsql.PostgresException { SqlState: "22021" or "22P05" } => new(400, ProblemCodes.ValidationFailed, "A text in the request holds a character that cannot be stored, such as U+0000."),
        _ when IsStoreDown(e) => Down("The database is not reachable just now."),
        _ => null,
    };

    private static ApiException Down(string detail) => new(503, ProblemCodes.Unavailable, detail) { RetryAfter = TimeSpan.FromSeconds(2) };

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
