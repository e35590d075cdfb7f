namespace ActorTrading.Domain;

/// <summary>The balance of an account at regular closes, for the equity-curve filter.</summary>
public static class BalanceCurve
{
    /// <summary>
    /// The balance at the last <paramref name="count"/> ends of <paramref name="length"/>, oldest first, the newest at or before
    /// <paramref name="now"/>; fewer where the account is younger. Ends are whole multiples of the length since 1970 (UTC).
    /// </summary>
    /// <param name="changes">(time, balance after) of every change, in order of time.</param>
    public static IReadOnlyList<decimal> Closes(IReadOnlyList<(DateTimeOffset At, decimal Balance)> changes, TimeSpan length, DateTimeOffset now, int count)
    {
        var closes = new List<decimal>(count);
        if (changes.Count == 0)
            return closes;
        var end = DateTimeOffset.UnixEpoch + length * Math.Floor((now - DateTimeOffset.UnixEpoch) / length);
        var at = changes.Count - 1;
        for (; closes.Count < count && end >= changes[0].At; end -= length)
        {
            while (changes[at].At > end)
                at--;
            closes.Add(changes[at].Balance);
        }
        closes.Reverse();
        return closes;
    }

    /// <summary>The length of an intraday, daily or weekly timeframe; null for months and unknown names.</summary>
    public static TimeSpan? LengthOf(string timeframe) => timeframe switch
    {
        "D1" => TimeSpan.FromDays(1),
        "W1" => TimeSpan.FromDays(7),
        ['M', .. var minutes] when int.TryParse(minutes, out var m) && m is > 0 and <= 30 => TimeSpan.FromMinutes(m),
        ['H', .. var hours] when int.TryParse(hours, out var h) && h is > 0 and <= 12 => TimeSpan.FromHours(h),
        _ => null,
    };
}
