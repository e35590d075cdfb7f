using System.Diagnostics.CodeAnalysis;

namespace ActorTrading.Grains;

/// <summary>
/// Who is served next where some ask for much and others for little: the user with the fewest jobs running, among those the one who
/// was served longest ago; each user's own jobs in their order. Nobody has more than a share running, so that somebody who comes
/// late never waits for all of somebody else's jobs. Not thread-safe.
/// </summary>
/// <param name="runningPerUserMax">A user's share, at least 1.</param>
public sealed class FairQueue<T>(int runningPerUserMax)
{
    private readonly Dictionary<Guid, Line> _lines = [];
    private long _served;

    /// <summary>Jobs that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The user's jobs that wait or run.</summary>
    public int CountOf(Guid user) => _lines.TryGetValue(user, out var line) ? line.Waiting.Count + line.Running : 0;

    public void Add(Guid user, T job)
    {
        if (!_lines.TryGetValue(user, out var line))
        {
            // Somebody new is served before those who have been.
            _lines[user] = line = new Line();
        }

        line.Waiting.AddLast(job);
        Count++;
    }

    /// <summary>Takes the next job to run; <see cref="Done"/> must follow.</summary>
    public bool TryTake(out Guid user, [MaybeNullWhen(false)] out T job)
    {
        (user, job) = (default, default);
        Line? next = null;
        foreach (var (id, line) in _lines)
        {
            if (line.Waiting.Count == 0 || line.Running >= runningPerUserMax)
            {
                continue;
            }

            if (next is null || (line.Running, line.ServedAt).CompareTo((next.Running, next.ServedAt)) < 0)
            {
                (next, user) = (line, id);
            }
        }

        if (next is null)
        {
            return false;
        }

        job = next.Waiting.First!.Value;
        next.Waiting.RemoveFirst();
        next.Running++;
        next.ServedAt = ++_served;
        Count--;
        return true;
    }

    /// <summary>A job that was taken has ended.</summary>
    public void Done(Guid user)
    {
        var line = _lines[user];
        line.Running--;
        Forget(user, line);
    }

    /// <summary>Takes away a waiting job; false where it is not waiting.</summary>
    public bool Remove(Guid user, T job)
    {
        if (!_lines.TryGetValue(user, out var line) || !line.Waiting.Remove(job))
        {
            return false;
        }

        Count--;
        Forget(user, line);
        return true;
    }

    private void Forget(Guid user, Line line)
    {
        if (line.Waiting.Count == 0 && line.Running == 0)
        {
            _lines.Remove(user);
        }
    }

    private sealed class Line
    {
        public LinkedList<T> Waiting { get; } = new();

        public int Running { get; set; }

        public long ServedAt { get; set; }
    }
}
