using System.Reflection;

namespace Orleans.Embedded.Engine;

/// <summary>
/// A call of a method that returns <see cref="IAsyncEnumerable{T}"/>: the method runs in the grain's turns, one step for
/// each element that is asked for. Steps interleave with other requests, as they do in Orleans.
/// </summary>
internal abstract class EnumerableRequest<T> : IAsyncEnumerable<T>
{
    internal GrainMethod Method = null!;
    internal GrainProxy Proxy = null!;

    protected abstract IAsyncEnumerable<T> Invoke(object target);

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(this, cancellationToken);

    private sealed class Enumerator(EnumerableRequest<T> request, CancellationToken cancellationToken) : IAsyncEnumerator<T>
    {
        private readonly CancellationTokenSource _stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        private IAsyncEnumerator<T>? _inner;
        private Mailbox? _home;

        public T Current { get; private set; } = default!;

        public async ValueTask<bool> MoveNextAsync()
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (moved, value) = await Send(async grain =>
            {
                if (_inner is null)
                {
                    _home = Turn.Mailbox;
                    _inner = request.Invoke(grain).GetAsyncEnumerator(_stopped.Token);
                }
                else if (!ReferenceEquals(_home, Turn.Mailbox))
                {
                    throw new Runtime.EnumerationAbortedException($"{request.Method} was being enumerated when its grain was deactivated. Start again.");
                }

                return await _inner.MoveNextAsync() ? (true, _inner.Current) : (false, default(T)!);
            });
            Current = value;
            return moved;
        }

        public async ValueTask DisposeAsync()
        {
            _stopped.Cancel();
            if (_inner is not null)
            {
                await Send(async _ =>
                {
                    await _inner.DisposeAsync();
                    return (false, default(T)!);
                });
            }

            _stopped.Dispose();
        }

        private Task<(bool, T)> Send(Func<object, Task<(bool, T)>> step)
        {
            var call = new Step(step);
            var method = new GrainMethod(step, request.Method.Name, alwaysInterleave: true) { OneWay = false };
            request.Proxy.Prepare(call, method);
            var reply = call.Reply;
            request.Proxy.Submit(call);
            return reply;
        }
    }

    private sealed class Step(Func<object, Task<(bool, T)>> step) : TaskCall<(bool, T)>
    {
        protected override Task<(bool, T)> Invoke(object target) => step(target);
    }
}
