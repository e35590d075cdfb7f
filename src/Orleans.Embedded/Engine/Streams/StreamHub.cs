using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded.Engine.Streams;

/// <summary>All streams of this process and who listens. Nothing is stored: streams end with the process.</summary>
internal sealed class StreamHub
{
    private readonly GrainHost _host;
    private long _lastSubscription;
    private readonly Dictionary<string, StreamProvider> _providers = [];
    private readonly ILookup<string, GrainClass> _implicit;

    internal StreamHub(GrainHost host)
    {
        _host = host;
        foreach (var name in host.Settings.StreamProviders)
            _providers.Add(name, new StreamProvider(this, name));
        _implicit = host.Registry.Classes
            .SelectMany(c => c.Type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>().Select(a => (a.Namespace, Class: c)))
            .ToLookup(pair => pair.Namespace, pair => pair.Class);
    }

    internal GrainHost Host => _host;

    internal long NextSubscription() => Interlocked.Increment(ref _lastSubscription);

    internal IStreamProvider Provider(string name) => _providers.TryGetValue(name, out var provider)
        ? provider
        : throw new KeyNotFoundException(
            $"There is no stream provider named '{name}'. Known: {string.Join(", ", _providers.Keys.Order())}. Add it with AddMemoryStreams.");

    /// <summary>The grains that are subscribed by their class.</summary>
    internal IEnumerable<GrainId> ImplicitConsumers(StreamId stream)
    {
        if (stream.GetNamespace() is not { } ns)
            yield break;
        foreach (var grainClass in _implicit[ns])
            yield return new GrainId(grainClass.GrainType, KeyFor(grainClass, stream.GetKeyAsString()));
    }

    private static IdSpan KeyFor(GrainClass grainClass, string key)
    {
        var integers = typeof(IGrainWithIntegerKey).IsAssignableFrom(grainClass.Type) && !typeof(IGrainWithStringKey).IsAssignableFrom(grainClass.Type);
        return integers && long.TryParse(key, out var number) ? GrainIdKeyExtensions.CreateIntegerKey(number) : IdSpan.Create(key);
    }

    private sealed class StreamProvider(StreamHub hub, string name) : IStreamProvider
    {
        private readonly ConcurrentDictionary<StreamId, StreamTopic> _topics = new();

        public string Name => name;

        public bool IsRewindable => false;

        public IAsyncStream<T> GetStream<T>(StreamId streamId) => new StreamReference<T>(
            _topics.GetOrAdd(streamId, static (id, x) => new StreamTopic(x.hub, x.name, id), (hub, name)));
    }
}
