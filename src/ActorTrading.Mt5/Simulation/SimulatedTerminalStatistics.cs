namespace ActorTrading.Mt5.Simulation;

/// <summary>What a simulated terminal has done since its start.</summary>
/// <param name="Quotes">Quotes that its market has had.</param>
/// <param name="FramesSent">Tick and bar frames that its stream took.</param>
/// <param name="FramesDropped">Those it could not take (defect 10).</param>
/// <param name="JournalFailures">Times that the state file could not be written; what it was for did not happen.</param>
public sealed record SimulatedTerminalStatistics(long Quotes, long FramesSent, long FramesDropped, long Requests, long Trades, long Disconnections,
    long JournalFailures);
