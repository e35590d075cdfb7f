using System.Collections.Concurrent;

namespace ActorTrading.Conformance.Tests;

/// <summary>What grains did, in order, and gates at which they wait. Grains take it from the services, tests read it.</summary>
public sealed class Journal
{
    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly List<(string Key, string Entry)> _entries = [];
    private readonly List<(string Key, string? Entry, int Count, TaskCompletionSource Reached)> _waits = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    public void Note(string key, string entry)
    {
        lock (_lock)
        {
            _entries.Add((key, entry));
            foreach (var wait in _waits.Where(w => w.Key == key && w.Count <= CountOf(key, w.Entry)))
                wait.Reached.TrySetResult();
        }
    }

    public IReadOnlyList<string> Of(string key)
    {
        lock (_lock)
            return [.. _entries.Where(e => e.Key == key).Select(e => e.Entry)];
    }

    /// <summary>Completes when the entry has been noted <paramref name="count"/> times.</summary>
    public Task Noted(string key, string entry, int count = 1) => Reached(key, entry, count);

    /// <summary>Completes when <paramref name="count"/> entries have been noted, whichever they are.</summary>
    public Task AnyNoted(string key, int count) => Reached(key, null, count);

    private Task Reached(string key, string? entry, int count)
    {
        lock (_lock)
        {
            if (CountOf(key, entry) >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((key, entry, count, reached));
            return reached.Task.WaitAsync(Patience);
        }
    }

    private int CountOf(string key, string? entry) => _entries.Count(e => e.Key == key && (entry is null || e.Entry == entry));

    /// <summary>A gate where grains wait until a test opens it.</summary>
    public Task Gate(string key) => GateOf(key).Task;

    public void OpenGate(string key) => GateOf(key).TrySetResult();

    private TaskCompletionSource GateOf(string key) =>
        _gates.GetOrAdd(key, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
