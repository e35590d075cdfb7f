namespace ActorTrading.Api.Limits;

/// <summary>Section <c>Limits</c> of the configuration.</summary>
public sealed class LimitOptions
{
    /// <summary>Requests of one user (or, without one, one address): how many at once, and how many more each second.</summary>
    public RateOptions Requests { get; set; } = new() { Burst = 300, PerSecond = 100 };

    /// <summary>Sign-in, registration and password resets by one address.</summary>
    public RateOptions SignIn { get; set; } = new() { Burst = 20, PerSecond = 0.5 };

    /// <summary>Live connections (hub and plain WebSocket together) that one user may have open in a process; 0 for no limit.</summary>
    public int ConnectionsPerUser { get; set; } = 100;

    /// <summary>Alerts, active and paused, that one user may have; 0 for no limit.</summary>
    public int AlertsPerUser { get; set; } = 1_000;

    /// <summary>
    /// Strategy runs of one user that go on; 0 for no limit. A script that takes all the time it may is calculated for a twentieth of it, two at a time in
    /// a process: so many of one user leave half of that to others.
    /// </summary>
    public int RunsPerUser { get; set; } = 20;

    /// <summary>How long a request asks a grain again whose silo has gone or is going, seconds; 0 for not at all. Below what clients wait.</summary>
    public double AskAgainSeconds { get; set; } = 20;

    /// <summary>Largest request body, bytes.</summary>
    public long BodyBytesMax { get; set; } = 256 * 1024;
}

/// <summary>A bucket of tokens: each request takes one.</summary>
public sealed class RateOptions
{
    /// <summary>Tokens that a full bucket holds; 0 for no limit.</summary>
    public int Burst { get; set; }

    /// <summary>Tokens that come back each second.</summary>
    public double PerSecond { get; set; }
}
