using Orleans.Streams;

namespace Orleans.Embedded.Engine.Streams;

/// <summary>An observer made of delegates.</summary>
internal sealed class DelegateObserver<T> : IAsyncObserver<T>
{
    private readonly Func<T, StreamSequenceToken?, Task> _next;
    private readonly Func<Exception, Task>? _error;
    private readonly Func<Task>? _completed;

    internal DelegateObserver(Func<T, StreamSequenceToken?, Task> next, Func<Exception, Task>? error, Func<Task>? completed)
    {
        ArgumentNullException.ThrowIfNull(next);
        (_next, _error, _completed) = (next, error, completed);
    }

    public Task OnNextAsync(T item, StreamSequenceToken? token) => _next(item, token);

    public Task OnErrorAsync(Exception ex) => _error?.Invoke(ex) ?? Task.CompletedTask;

    public Task OnCompletedAsync() => _completed?.Invoke() ?? Task.CompletedTask;
}
