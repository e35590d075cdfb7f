using System.Diagnostics.Metrics;

namespace ActorTrading.Testing;

/// <summary>What instruments have measured since this was made: values by instrument and labels, in order.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<(string Name, double Value)> _values = [];

    public Measurements(Func<Instrument, bool> which)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (which(instrument))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <param name="name">The instrument's, with its labels if it has any: <c>orders{kind=paper}</c>.</param>
    public IReadOnlyList<double> Of(string name)
    {
        lock (_gate)
            return [.. _values.Where(v => v.Name == name).Select(v => v.Value)];
    }

    /// <summary>Asks the gauges.</summary>
    public void Look() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = string.Join(',', tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
        lock (_gate)
            _values.Add((labels.Length == 0 ? instrument.Name : $"{instrument.Name}{{{labels}}}", value));
    }
}
