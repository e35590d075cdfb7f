using System.Buffers.Binary;

namespace ActorTrading.Domain;

/// <summary>The signal delay of a link.</summary>
internal static class CopyDelay
{
    /// <summary>When the entry may be copied; null for at once. Between two bounds the time depends only on the link and the entry.</summary>
    public static DateTimeOffset? Until(CopyContext context)
    {
        if (context.Settings.Timing.SignalDelay is not { } delay)
            return null;
        var seconds = delay.MinSeconds;
        if (delay.MaxSeconds > seconds)
        {
            Span<byte> hash = stackalloc byte[32];
            DeterministicId.Hash(context.LinkId, $"delay:{context.LeaderEntry.Seq}", hash);
            seconds += (delay.MaxSeconds.Value - seconds) * (BinaryPrimitives.ReadUInt32BigEndian(hash) / (decimal)uint.MaxValue);
        }
        return context.LeaderEntry.At.AddSeconds((double)seconds);
    }
}
