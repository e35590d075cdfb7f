namespace Orleans.Embedded.Engine;

/// <summary>Deactivates activations that have been idle for longer than their age limit. Ages are counted in sweeps.</summary>
internal sealed class IdleCollector
{
    private readonly GrainHost _host;
    private ITimer? _timer;
    private int _now;

    internal IdleCollector(GrainHost host) => _host = host;

    /// <summary>The number of the current sweep.</summary>
    internal int Now => _now;

    internal void Start() => _timer = _host.Time.CreateTimer(
        static self => ((IdleCollector)self!).Sweep(), this, _host.Settings.CollectionQuantum, _host.Settings.CollectionQuantum);

    internal void Stop() => _timer?.Dispose();

    private void Sweep()
    {
        _now++;
        _host.Observers.Prune();
        foreach (var activation in _host.Directory.All)
        {
            if (activation.Class.KeepAlive)
                continue;
            var age = activation.Class.AgeLimit ?? _host.Settings.CollectionAge;
            activation.DeactivateIfIdle(_now, (int)Math.Min(int.MaxValue, Math.Ceiling(age / _host.Settings.CollectionQuantum)));
        }
    }
}
