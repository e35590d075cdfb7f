using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>Finds out, after the server rolled a batch back, whose fault it was.</summary>
internal sealed class BatchDiagnosis(LaneConnection connection)
{
    /// <summary>The appends whose account is at another sequence than they expect. Empty where none is, or where the server cannot be asked.</summary>
    public async Task<Dictionary<PendingAppend, ConflictException>> FindMisplacedAsync(IReadOnlyList<PendingAppend> appends)
    {
        var misplaced = new Dictionary<PendingAppend, ConflictException>();
        if (await SequencesAsync([.. appends.Select(pending => pending.Append.AccountId)]) is not { } actual) return misplaced;
        foreach (var pending in appends)
        {
            var seq = actual.GetValueOrDefault(pending.Append.AccountId);
            if (seq != pending.Append.ExpectedSeq) misplaced[pending] = Misplaced(pending, seq);
        }
        return misplaced;
    }

    /// <summary>Why an append that was alone in its transaction was refused.</summary>
    public async Task<Exception> ExplainAsync(PendingAppend pending, Exception failure)
    {
        var account = pending.Append.AccountId;
        if (failure is not PostgresException error)
            return new LedgerRefusedException(account, $"Account {account}: the append cannot be written: {failure.Message}", failure);
        if (Faults.IsUniqueViolation(error, "copy_executions_pkey"))
            return new ConflictException(account, LedgerConflict.CopyDecision, null, $"Account {account}: a leader entry in this append has already been decided: {error.Detail}");
        if (Faults.IsUniqueViolation(error, "orders_client_order_id") || Faults.IsUniqueViolation(error, "orders_pkey"))
            return new ConflictException(account, LedgerConflict.ClientOrderId, null, $"Account {account}: an order with this id or client order id exists: {error.Detail}");
        if (Faults.IsUniqueViolation(error, OperationRows.Key))
            return new ConflictException(account, LedgerConflict.Operation, null, $"Account {account}: this movement of money was made before: {error.Detail}");
        if (await SequencesAsync([account]) is { } actual && actual.GetValueOrDefault(account) is var seq && seq != pending.Append.ExpectedSeq)
            return Misplaced(pending, seq);
        if (error.SqlState == PostgresErrorCodes.ForeignKeyViolation)
            return new LedgerRefusedException(account, $"Account {account} does not exist: create it before its first entry.", error);
        return new LedgerRefusedException(account, $"Account {account}: the database refuses the append: {error.MessageText} ({error.SqlState}).", error);
    }

    private static ConflictException Misplaced(PendingAppend pending, long actual) => new(pending.Append.AccountId, LedgerConflict.Sequence, actual,
        $"Account {pending.Append.AccountId} is at sequence {actual}, not at {pending.Append.ExpectedSeq}: another writer has appended.");

    private async Task<Dictionary<Guid, long>?> SequencesAsync(Guid[] accounts)
    {
        try
        {
            var open = await connection.GetAsync(CancellationToken.None);
            await using var query = new NpgsqlCommand("SELECT account_id, seq FROM account_state WHERE account_id = ANY ($1)", open)
            {
                Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = accounts } },
            };
            var sequences = new Dictionary<Guid, long>();
            await using var reader = await query.ExecuteReaderAsync();
            while (await reader.ReadAsync()) sequences[reader.GetGuid(0)] = reader.GetInt64(1);
            return sequences;
        }
        catch (Exception error) when (error is PostgresException || Faults.IsUnavailable(error))
        {
            // The caller goes on without: halving, and the retry of what is left, find the same in the end.
            await connection.DropAsync();
            return null;
        }
    }
}
