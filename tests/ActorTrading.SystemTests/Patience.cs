namespace ActorTrading.SystemTests;

/// <summary>How long a test waits for something before it fails with what it saw. Far beyond what a slow machine needs: a bound on hanging, not on speed.</summary>
public sealed class Patience(Func<string> seen)
{
    public static readonly TimeSpan Max = TimeSpan.FromMinutes(2);

    private readonly long _since = TimeProvider.System.GetTimestamp();

    /// <exception cref="TimeoutException">It took longer than <see cref="Max"/>.</exception>
    public void Check(string what)
    {
        if (TimeProvider.System.GetElapsedTime(_since) > Max)
        {
            throw new TimeoutException($"{what}: not within {Max}.\n{seen()}");
        }
    }

    /// <exception cref="TimeoutException">It took longer than <see cref="Max"/>.</exception>
    public static async Task<T> WithinAsync<T>(Task<T> task, Func<string> seen)
    {
        try
        {
            return await task.WaitAsync(Max, TimeProvider.System);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Not within {Max}.\n{seen()}", e);
        }
    }

    /// <inheritdoc cref="WithinAsync{T}" />
    public static Task WithinAsync(Task task, Func<string> seen) => WithinAsync(task.ContinueWith(t =>
    {
        t.GetAwaiter().GetResult();
        return true;
    }, TaskScheduler.Default), seen);
}
