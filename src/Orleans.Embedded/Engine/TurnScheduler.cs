namespace Orleans.Embedded.Engine;

/// <summary>
/// Brings continuations back to their mailbox: code in a turn sees this as <see cref="TaskScheduler.Current"/>, so an
/// await without ConfigureAwait(false) resumes in a later turn of the same mailbox.
/// </summary>
internal sealed class TurnScheduler(Mailbox mailbox) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    internal Mailbox Mailbox => mailbox;

    protected override void QueueTask(Task task) => mailbox.Post(task);

    /// <summary>Only in a turn of the same mailbox; a task that is queued keeps its place.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Turn.Mailbox, mailbox) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => mailbox.QueuedTasks();

    internal void Run(Task task) => TryExecuteTask(task);
}
