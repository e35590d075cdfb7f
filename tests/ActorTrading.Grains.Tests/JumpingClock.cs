namespace ActorTrading.Grains.Tests;

/// <summary>The system's clock, ahead by as much as was jumped.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _aheadTicks;

    private TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref _aheadTicks));

    public void JumpTo(DateTimeOffset time)
    {
        if (time - GetUtcNow() is { Ticks: > 0 } wait)
        {
            Interlocked.Add(ref _aheadTicks, wait.Ticks);
        }
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Ahead.Ticks;
}
