using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>The activations of one stateless worker: a call goes to an idle one, to a new one, or to the least loaded.</summary>
internal sealed class StatelessWorkerPool(GrainHost host, GrainClass grainClass, GrainId id)
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _workers = [];

    internal int Count => _workers.Count;

    internal Activation[] Workers
    {
        get
        {
            lock (_gate)
                return [.. _workers];
        }
    }

    internal void Deliver(Call call)
    {
        while (true)
        {
            var worker = Choose(out var refusal);
            if (worker is null)
            {
                call.TryFail(refusal!);
                return;
            }

            if (worker.TryEnqueue(call))
                return;
            Remove(worker);
        }
    }

    internal void Remove(Activation worker)
    {
        lock (_gate)
            _workers.Remove(worker);
    }

    /// <summary>The worker for the next call; null, and why, when one would have to be made and none can be.</summary>
    private Activation? Choose(out SiloUnavailableException? refusal)
    {
        refusal = null;
        lock (_gate)
        {
            var best = _workers.MinBy(worker => worker.Outstanding);
            if (best is not null && (best.Outstanding == 0 || _workers.Count >= grainClass.StatelessWorkers))
                return best;
            refusal = host.Refusal;
            if (refusal is not null)
                return null;
            var made = new Activation(host, grainClass, id);
            _workers.Add(made);
            return made;
        }
    }
}
