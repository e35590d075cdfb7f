namespace Orleans.Embedded.Engine;

/// <summary>Where mailboxes that have something to do get their turns.</summary>
internal abstract class Dispatcher
{
    /// <summary>The order of turns must follow from nothing but the calls, so collections are gone through in the order of their keys.</summary>
    internal virtual bool IsDeterministic => false;

    /// <summary>Soon, preferably on this thread once it is free.</summary>
    internal abstract void Schedule(Mailbox mailbox);

    /// <summary>After what is waiting already.</summary>
    internal abstract void ScheduleFairly(Mailbox mailbox);

    /// <summary>Runs work of the host outside of turns.</summary>
    internal abstract void Post(Action work);

    /// <summary>Publishes replies outside of turns, soon.</summary>
    internal abstract void Publish(Call replies);
}

/// <summary>Turns run on the thread pool.</summary>
internal sealed class PoolDispatcher : Dispatcher
{
    internal override void Schedule(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: true);

    internal override void ScheduleFairly(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);

    internal override void Publish(Call replies) => ThreadPool.UnsafeQueueUserWorkItem(replies, preferLocal: true);

    internal override void Post(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);
}
