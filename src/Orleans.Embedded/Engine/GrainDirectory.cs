using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>The live activations by identity: at most one each, but for stateless workers.</summary>
internal sealed class GrainDirectory(GrainHost host)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly ConcurrentDictionary<GrainId, StatelessWorkerPool> _pools = new();

    internal int Count => _activations.Count + _pools.Values.Sum(pool => pool.Count);

    internal IEnumerable<Activation> All
    {
        get
        {
            var all = _activations.Select(pair => pair.Value).Concat(_pools.SelectMany(pair => pair.Value.Workers));
            return host.Dispatcher.IsDeterministic ? all.OrderBy(activation => activation.GrainId) : all;
        }
    }

    /// <summary>Gives the call to the grain's activation, making one when there is none. Returns the mailbox to ask first next time.</summary>
    internal Mailbox? Deliver(GrainId id, Call call)
    {
        while (true)
        {
            if (!_activations.TryGetValue(id, out var activation))
            {
                if (_pools.TryGetValue(id, out var pool))
                {
                    pool.Deliver(call);
                    return null;
                }

                if (host.Refusal is { } refusal)
                {
                    call.TryFail(refusal);
                    return null;
                }

                var grainClass = host.Registry.Find(id.Type);
                if (grainClass.StatelessWorkers > 0)
                {
                    _pools.GetOrAdd(id, static (id, x) => new StatelessWorkerPool(x.host, x.grainClass, id), (host, grainClass));
                    continue;
                }

                activation = _activations.GetOrAdd(id, static (id, x) => new Activation(x.host, x.grainClass, id), (host, grainClass));
            }

            if (host.FailCycles(call, activation) || activation.TryEnqueue(call))
                return activation;
            // It ended in the meantime; its end takes it out of here, and the next one is made.
            Remove(activation);
        }
    }

    internal void Remove(Activation activation)
    {
        _activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));
        if (_pools.TryGetValue(activation.GrainId, out var pool))
            pool.Remove(activation);
    }

    internal Activation? Find(GrainId id) => _activations.GetValueOrDefault(id);
}
