using ActorTrading.Domain;
using Npgsql;

namespace ActorTrading.Postgres.Ledger.Writing;

/// <summary>
/// One transaction's statements, in one round trip: without a BEGIN, PostgreSQL makes everything up to the end of the batch one transaction.
/// The lists are used again by the next batch of the same lane.
/// </summary>
internal sealed class BatchStatements
{
    public const string CommitsKey = "ledger_commits_pkey";
    private const string Mark = "INSERT INTO ledger_commits (batch_id) VALUES ($1)";

    private readonly StateRows opened = new(opening: true);
    private readonly StateRows moved = new(opening: false);
    private readonly EntryRows entries = new();
    private readonly OperationRows operations = new();
    private readonly OrderRows newOrders = new(fresh: true);
    private readonly OrderRows orders = new(fresh: false);
    private readonly RemovedPositionRows removed = new();
    private readonly PositionRows newPositions = new(fresh: true);
    private readonly PositionRows positions = new(fresh: false);
    private readonly TradeRows trades = new();
    private readonly CopyRows copies = new();
    private readonly CopyLatencyRows latencies = new();
    private readonly OutboxRows outbox = new();
    private readonly IdempotencyRows answers = new();
    private readonly List<PendingAppend> sorted = [];
    private readonly HashSet<Guid> submitted = [];

    /// <param name="batchId">The same for every attempt at these appends.</param>
    public NpgsqlBatch Build(NpgsqlConnection connection, Guid batchId, IReadOnlyList<PendingAppend> appends)
    {
        Clear();
        // In one order everywhere: two processes never wait for one another crosswise, and neighbours in an index are visited together.
        sorted.AddRange(appends);
        sorted.Sort(static (a, b) => a.Append.AccountId.CompareTo(b.Append.AccountId));
        foreach (var pending in sorted) Add(pending);

        var batch = new NpgsqlBatch(connection);
        var mark = new NpgsqlBatchCommand(Mark);
        mark.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = batchId });
        batch.BatchCommands.Add(mark);
        if (opened.Set.Rows > 0) batch.BatchCommands.Add(opened.Command());
        if (moved.Set.Rows > 0) batch.BatchCommands.Add(moved.Command());
        batch.BatchCommands.Add(entries.Command());
        if (operations.Set.Rows > 0) batch.BatchCommands.Add(operations.Command());
        if (newOrders.Set.Rows > 0) batch.BatchCommands.Add(newOrders.Command());
        if (orders.Set.Rows > 0) batch.BatchCommands.Add(orders.Command());
        if (removed.Set.Rows > 0) batch.BatchCommands.Add(removed.Command());
        if (newPositions.Set.Rows > 0) batch.BatchCommands.Add(newPositions.Command());
        if (positions.Set.Rows > 0) batch.BatchCommands.Add(positions.Command());
        if (trades.Set.Rows > 0) batch.BatchCommands.Add(trades.Command());
        if (copies.Set.Rows > 0) batch.BatchCommands.Add(copies.Command());
        if (latencies.Set.Rows > 0) batch.BatchCommands.Add(latencies.Command());
        if (outbox.Set.Rows > 0) batch.BatchCommands.Add(outbox.Command());
        if (answers.Set.Rows > 0) batch.BatchCommands.Add(answers.Command());
        return batch;
    }

    private void Add(PendingAppend pending)
    {
        var append = pending.Append;
        var account = append.AccountId;
        var changes = append.Changes;
        var at = append.Entries[^1].At;
        (append.ExpectedSeq == 0 ? opened : moved).Add(append);
        entries.Add(pending);
        // A position carries the id of the order that opened it: with the order it is new.
        submitted.Clear();
        // By index: there is one of a kind most of the time, and an enumerator of a list that is known as an interface is an object.
        for (var i = 0; i < append.Entries.Count; i++)
        {
            var entry = append.Entries[i];
            if (entry.Event is OrderSubmitted { Order.Id: var id }) submitted.Add(id);
            else if (entry.Event is BalanceAdjusted { OperationId: { } operation }) operations.Add(account, operation, entry.Seq);
        }
        for (var i = 0; i < changes.Orders.Count; i++) (submitted.Contains(changes.Orders[i].Id) ? newOrders : orders).Add(account, changes.Orders[i]);
        for (var i = 0; i < changes.RemovedPositions.Count; i++) removed.Add(account, changes.RemovedPositions[i]);
        for (var i = 0; i < changes.Positions.Count; i++)
        {
            var position = changes.Positions[i];
            (submitted.Contains(position.Id) ? newPositions : positions).Add(account, position, changes.Account.OpenTrades.GetValueOrDefault(position.Id));
        }
        for (var i = 0; i < changes.Trades.Count; i++) trades.Add(account, changes.Trades[i]);
        foreach (var copy in changes.Copies) copies.Add(account, copy);
        foreach (var latency in append.Latencies) latencies.Add(latency);
        foreach (var message in append.Outbox) outbox.Add(message, at);
        if (append.Idempotency is { } answer) answers.Add(answer, at);
    }

    private void Clear()
    {
        RowSet[] sets =
        [
            opened.Set, moved.Set, operations.Set, newOrders.Set, orders.Set, removed.Set, newPositions.Set, positions.Set, trades.Set, copies.Set,
            latencies.Set, outbox.Set, answers.Set,
        ];
        foreach (var set in sets) set.Clear();
        entries.Clear();
        sorted.Clear();
    }
}
