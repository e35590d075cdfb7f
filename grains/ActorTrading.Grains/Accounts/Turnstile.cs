namespace ActorTrading.Grains;

/// <summary>
/// Lets one at a time through, in order of arrival. A reentrant grain uses it where deciding and committing must be one step while
/// its other requests go on.
/// </summary>
internal sealed class Turnstile : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    public async ValueTask<Pass> EnterAsync()
    {
        await _semaphore.WaitAsync();
        return new Pass(_semaphore);
    }

    public void Dispose() => _semaphore.Dispose();

    public readonly struct Pass(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
