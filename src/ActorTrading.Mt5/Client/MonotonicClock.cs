namespace ActorTrading.Mt5.Client;

/// <summary>Deadlines on the injected clock, as its timestamps: they do not move when the wall clock is set.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    public const long Never = long.MaxValue;

    public long Now => time.GetTimestamp();

    public long After(TimeSpan delay) => Now + (long)(delay.TotalSeconds * time.TimestampFrequency);

    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    public TimeSpan Until(long deadline) => time.GetElapsedTime(Now, deadline);
}
