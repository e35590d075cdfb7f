namespace ActorTrading.Postgres;

/// <summary>
/// Writes that may share a statement: while one is under way, those that come gather for the next. An idle one writes at once. Each is answered when it
/// is durable, or with the failure of all that it went with.
/// </summary>
/// <param name="write">Makes some durable, 1 to <paramref name="max"/>, in the order in which they came.</param>
internal sealed class GatheredWrites<T>(Func<IReadOnlyList<T>, Task> write, int max)
{
    private readonly Lock gate = new();
    private readonly Queue<(T Item, TaskCompletionSource Done)> waiting = [];
    private bool underWay;

    public Task AddAsync(T item)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Enqueue((item, done));
            if (underWay) return done.Task;
            underWay = true;
        }
        _ = WriteAsync();
        return done.Task;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            var some = new List<(T Item, TaskCompletionSource Done)>();
            lock (gate)
            {
                while (some.Count < max && waiting.TryDequeue(out var next)) some.Add(next);
                if (some.Count == 0)
                {
                    underWay = false;
                    return;
                }
            }
            try
            {
                await write([.. some.Select(one => one.Item)]);
                foreach (var (_, done) in some) done.TrySetResult();
            }
            catch (Exception error)
            {
                foreach (var (_, done) in some) done.TrySetException(error);
            }
        }
    }
}
