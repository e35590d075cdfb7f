using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>How far one link has followed its leader, and whether it can take more now.</summary>
internal sealed class LinkProgress(LinkRow row)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan WatchOften = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatchSeldom = TimeSpan.FromMinutes(1);

    private LinkRow _row = row;
    private DateTimeOffset? _watchAt;
    private bool _busy;
    private int _busyTimes;
    private DateTimeOffset _busyUntil;
    private int _failures;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    public Guid Id => _row.LinkId;

    public Guid FollowerAccountId => _row.Settings.FollowerAccountId;

    public LinkSettings Settings => _row.Settings;

    public LinkRiskState Risk => _row.Risk;

    /// <summary>Last leader sequence that the follower has decided.</summary>
    public long Decided { get; set; } = row.DecidedSeq;

    /// <summary>Whether what the leader had open when the link began is still to be offered; <see cref="StartSeq"/> is when.</summary>
    public bool SyncDue { get; private set; } = row.SyncDue;

    public long StartSeq => _row.StartSeq;

    /// <summary>Up to where nothing is left to decide.</summary>
    public long Level => SyncDue ? Math.Min(Decided, StartSeq - 1) : Decided;

    public bool InFlight { get; set; }

    /// <summary>Whether it was told to end, as its leader's account has.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Whether it is in line to be asked.</summary>
    public bool IsWaiting { get; set; }

    public bool IsReadyAfterAck => !_busy && _notBefore == DateTimeOffset.MinValue;

    /// <summary>One that was busy is asked again now and then: the word that it can take more is lost with the silo that had it.</summary>
    public bool IsReady(DateTimeOffset now) => !InFlight && (!_busy || now >= _busyUntil) && now >= _notBefore;

    /// <summary>New settings may leave something to close or to cancel, so the link is looked at again at once.</summary>
    public void Update(LinkRow row)
    {
        // Who has read the link before another need not come before him.
        if (row.Version < _row.Version)
        {
            return;
        }

        _row = row;
        _watchAt = DateTimeOffset.MinValue;
        // Nor is a delay waited for that may not be set any more.
        _notBefore = DateTimeOffset.MinValue;
    }

    /// <summary>Whether the link has to be looked at as a whole now. First looks are spread out, so that many links do not come at once.</summary>
    public bool IsWatchDue(DateTimeOffset now)
    {
        _watchAt ??= now + WatchEvery * ((Id.GetHashCode() & 0xFFFF) / 65536.0);
        return _watchAt <= now;
    }

    /// <summary>A look begins. Another does not before it is answered, unless the settings change.</summary>
    public void Watching() => _watchAt = DateTimeOffset.MaxValue;

    public void Watched(LinkRiskState risk, DateTimeOffset now)
    {
        _row = _row with { Risk = risk };
        // Settings that have come meanwhile were not looked at.
        if (_watchAt != DateTimeOffset.MinValue)
        {
            _watchAt = now + WatchEvery;
        }
    }

    /// <summary>A link that watches its losses is looked at often; the others only for what has outlived its time.</summary>
    private TimeSpan WatchEvery => Settings.RiskLimits is { Count: > 0 } || Settings.EquityStop is not null || Settings.TakeProfitAmount is not null
        || Settings.CloseOnly == CloseOnlyMode.Immediately ? WatchOften : WatchSeldom;

    public void Unblock()
    {
        _busy = false;
        _busyTimes = 0;
    }

    public void Synced() => SyncDue = false;

    /// <param name="last">Sequence of the last entry offered: entries after the last trade are passed with it.</param>
    public void Settle(CopyAck ack, long last, DateTimeOffset now)
    {
        _failures = 0;
        if (ack.Busy)
        {
            _busy = true;
            _busyUntil = now + Wait(_busyTimes++);
        }
        else
        {
            Unblock();
        }

        _notBefore = ack.DeferUntil ?? DateTimeOffset.MinValue;
        Decided = Math.Max(Decided, ack is { Busy: false, DeferUntil: null } ? last : ack.DecidedSeq);
    }

    public void Fail(DateTimeOffset now) => _notBefore = now + Wait(_failures++);

    private static TimeSpan Wait(int times)
    {
        var wait = FirstRetry * Math.Pow(2, Math.Min(times, 6));
        return wait < LongestRetry ? wait : LongestRetry;
    }
}
