using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>Stages in order: started upwards, stopped downwards, only those that were started.</summary>
internal class GrainLifecycle : IGrainLifecycle
{
    private readonly List<Entry> _entries = [];

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var entry = new Entry(this, stage, observer);
        _entries.Add(entry);
        return entry;
    }

    internal async Task StartAsync(int fromStage, int toStage, CancellationToken cancellationToken)
    {
        foreach (var stage in StagesBetween(fromStage, toStage))
        {
            foreach (var entry in _entries.Where(e => e.Stage == stage).ToArray())
            {
                entry.Started = true;
                await entry.Observer.OnStart(cancellationToken);
            }

            StageStarted(stage);
        }
    }

    internal async Task StopAsync(CancellationToken cancellationToken, Action<Exception>? failed = null)
    {
        foreach (var stage in StagesBetween(int.MinValue, int.MaxValue).Reverse().ToArray())
        {
            foreach (var entry in _entries.Where(e => e.Stage == stage && e.Started).ToArray())
            {
                entry.Started = false;
                try
                {
                    await entry.Observer.OnStop(cancellationToken);
                }
                catch (Exception exception) when (failed is not null)
                {
                    failed(exception);
                }
            }

            StageStopped(stage);
        }
    }

    protected virtual void StageStarted(int stage) { }

    protected virtual void StageStopped(int stage) { }

    private int[] StagesBetween(int from, int to) =>
        [.. _entries.Select(e => e.Stage).Where(s => s >= from && s <= to).Distinct().Order()];

    private sealed class Entry(GrainLifecycle owner, int stage, ILifecycleObserver observer) : IDisposable
    {
        internal int Stage => stage;

        internal ILifecycleObserver Observer => observer;

        internal bool Started { get; set; }

        public void Dispose() => owner._entries.Remove(this);
    }
}

/// <summary>The stages of the process.</summary>
internal sealed class HostLifecycle : GrainLifecycle, ISiloLifecycle
{
    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    protected override void StageStarted(int stage) => HighestCompletedStage = stage;

    protected override void StageStopped(int stage) => LowestStoppedStage = stage;
}
