using System.Diagnostics.Metrics;

namespace Orleans.Embedded.Engine;

/// <summary>How many activations there are, come and go, under Orleans's own meter and instrument names, so that one dashboard serves either host.</summary>
internal sealed class HostMetrics : IDisposable
{
    private readonly Meter _meter = new("Microsoft.Orleans");
    private readonly Counter<int> _created;
    private readonly Counter<int> _destroyed;

    internal HostMetrics(GrainRegistry registry)
    {
        _created = _meter.CreateCounter<int>("orleans-catalog-activation-created", description: "Activations begun");
        _destroyed = _meter.CreateCounter<int>("orleans-catalog-activation-destroyed", description: "Activations ended");
        _meter.CreateObservableGauge("orleans-catalog-activations", () => registry.Classes.Select(c => new Measurement<int>(c.Activations, c.Label)), description: "Activations now");
    }

    internal void Began(GrainClass grainClass)
    {
        grainClass.Count(1);
        _created.Add(1, grainClass.Label);
    }

    internal void Ended(GrainClass grainClass)
    {
        grainClass.Count(-1);
        _destroyed.Add(1, grainClass.Label);
    }

    public void Dispose() => _meter.Dispose();
}
