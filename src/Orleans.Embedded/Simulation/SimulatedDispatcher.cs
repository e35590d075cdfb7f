using Orleans.Embedded.Engine;

namespace Orleans.Embedded.Simulation;

/// <summary>
/// Everything that is ready to run, on one thread, in an order that a seed decides: turns of grains, work of the host,
/// and the continuations of code outside of grains.
/// </summary>
internal sealed class SimulatedDispatcher(Random random) : Dispatcher
{
    private readonly Lock _gate = new();
    private readonly List<(string Name, Action Work)> _ready = [];
    private int _thread;
    private int _strays;

    internal override bool IsDeterministic => true;

    /// <summary>Told what runs, before it runs.</summary>
    internal Action<string>? Running { get; set; }

    /// <summary>How often work came from another thread.</summary>
    internal int Strays => _strays;

    internal override void Schedule(Mailbox mailbox) => Add(mailbox.ToString()!, mailbox.RunBatch);

    internal override void ScheduleFairly(Mailbox mailbox) => Schedule(mailbox);

    internal override void Post(Action work) => Add("host", work);

    internal override void Publish(Call replies) => Add("replies", replies.PublishChain);

    internal void Add(string name, Action work)
    {
        lock (_gate)
        {
            if (_thread != 0 && _thread != Environment.CurrentManagedThreadId)
                _strays++;
            _ready.Add((name, work));
        }
    }

    /// <summary>Runs one piece of work, chosen by the seed; false when there is none.</summary>
    internal bool RunOne()
    {
        (string Name, Action Work) chosen;
        lock (_gate)
        {
            if (_ready.Count == 0)
                return false;
            var index = random.Next(_ready.Count);
            chosen = _ready[index];
            _ready.RemoveAt(index);
        }

        Running?.Invoke(chosen.Name);
        _thread = Environment.CurrentManagedThreadId;
        // Nothing of whoever happens to step the simulation may be seen by what it runs.
        var context = SynchronizationContext.Current;
        var execution = ExecutionContext.Capture()!;
        SynchronizationContext.SetSynchronizationContext(null);
        ExecutionContext.Restore(Mailbox.DefaultContext);
        try
        {
            chosen.Work();
        }
        finally
        {
            ExecutionContext.Restore(execution);
            SynchronizationContext.SetSynchronizationContext(context);
            _thread = 0;
        }

        return true;
    }
}
