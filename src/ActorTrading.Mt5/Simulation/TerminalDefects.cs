namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// The real EA's defects that can be switched, by their number in docs/mt5.md. Number 1 (no correlation id), 12's cause (an
/// unclean exit) and 14 (an answer pushed with no peer is lost) are in the protocol itself and always there.
/// </summary>
[Flags]
public enum TerminalDefects
{
    None = 0,

    /// <summary>1: every <see cref="SimulatedTerminalOptions.LateAnswerEvery"/>-th answer comes late.</summary>
    LateAnswers = 1 << 1,

    /// <summary>2: a TRADE that fails before it is sent is answered twice, malformed JSON too.</summary>
    TwoAnswers = 1 << 2,

    /// <summary>3: malformed JSON is acknowledged with OK; without it, with "ERR".</summary>
    OkForMalformed = 1 << 3,

    /// <summary>4: magic, deviation and expiration of a request are ignored.</summary>
    IgnoredFields = 1 << 4,

    /// <summary>5: tickets are above 2^31-1, and narrowed to 32 bits in requests and answers.</summary>
    NarrowTickets = 1 << 5,

    /// <summary>6: prices of requests are rounded to <see cref="SimulatedTerminalOptions.ChartDigits"/>.</summary>
    ChartDigits = 1 << 6,

    /// <summary>7: a trade event repeats the order's ticket as the deal's.</summary>
    DealRepeatsOrder = 1 << 7,

    /// <summary>8: several positions of one symbol come as copies of the first.</summary>
    PositionCopies = 1 << 8,

    /// <summary>9: only requests are announced as trade events; without it SL/TP, stop-outs and activations are too.</summary>
    SilentServerDeals = 1 << 9,

    /// <summary>10: a full queue drops ticks; without it the market waits for its client.</summary>
    DropsWhenFull = 1 << 10,

    /// <summary>11: every third POSITIONS has an extra 5040 answer.</summary>
    StrayErrors = 1 << 11,

    /// <summary>12: after a disconnection the ports stay closed for <see cref="SimulatedTerminalOptions.PortRecovery"/>.</summary>
    SlowPorts = 1 << 12,

    /// <summary>13: a TRADE that was refused says error:false.</summary>
    ErrorFalseOnRefusal = 1 << 13,

    /// <summary>What every terminal with this EA does.</summary>
    AsTheEaIs = TwoAnswers | OkForMalformed | IgnoredFields | DealRepeatsOrder | SilentServerDeals | DropsWhenFull | ErrorFalseOnRefusal,
}

public static class TerminalDefectNumbers
{
    /// <param name="number">1 to 14, as in docs/mt5.md.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a defect's number.</exception>
    public static TerminalDefects Of(int number) => number switch
    {
        14 => TerminalDefects.None, // always there
        >= 1 and <= 13 => (TerminalDefects)(1 << number),
        _ => throw new ArgumentOutOfRangeException(nameof(number), number, "Defects are numbered 1 to 14."),
    };
}
