namespace ActorTrading.Grains;

/// <summary>Asks <see cref="WakeService"/> to look at once, because grains may have lost their silo. Asking again before it looks changes nothing.</summary>
public sealed class WakeSignal
{
    private readonly SemaphoreSlim _asked = new(0, 1);

    public void Set()
    {
        try
        {
            _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is asked already.
        }
    }

    /// <summary>Until asked, or until the time is up.</summary>
    /// <returns>Whether it was asked.</returns>
    internal async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellation)
    {
        using var timeUp = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellation);
        try
        {
            await _asked.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
