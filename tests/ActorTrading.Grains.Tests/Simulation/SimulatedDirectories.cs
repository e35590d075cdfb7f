using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>Who publishes and who holds what, read from the simulated ledger's rows.</summary>
public sealed class SimulatedAccounts(SimulatedStore store, SimulatedLedger ledger) : IAccountDirectory
{
    public HashSet<Guid> Published { get; } = [];

    public Task<AccountProfile> GetAsync(Guid accountId, CancellationToken cancellation) =>
        store.ReadAsync(() => new AccountProfile(Published.Contains(accountId), null));

    public Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation) => store.ReadAsync<IReadOnlyList<Guid>>(
        () => [.. ledger.Accounts.Where(a => a.Value.Positions.Values.Any(p => p.Symbol == symbol) || a.Value.Orders.Values.Any(o => o.Symbol == symbol && !o.IsFinal)).Select(a => a.Key)]);

    public Task<IReadOnlyList<Guid>> MovedAsync(DateTimeOffset since, CancellationToken cancellation) =>
        store.ReadAsync<IReadOnlyList<Guid>>(() => [.. ledger.Accounts.Where(a => a.Value.Entries.Count > 0 && a.Value.Entries[^1].At >= since).Select(a => a.Key)]);

    public Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation) => store.ReadAsync<IReadOnlyList<Guid>>(() => []);

    public Task<IReadOnlyList<Guid>> LeadersAsync(CancellationToken cancellation) => store.ReadAsync<IReadOnlyList<Guid>>(() => [.. Published]);
}

/// <summary>Links with how far each follower's ledger has decided.</summary>
public sealed class SimulatedLinks(SimulatedStore store, SimulatedLedger ledger) : ILinkDirectory
{
    private readonly Dictionary<Guid, StoredLink> _links = [];

    public IReadOnlyDictionary<Guid, StoredLink> All => _links;

    public Task<IReadOnlyList<LinkRow>> ActiveLinksAsync(Guid leaderAccountId, CancellationToken cancellation) => store.ReadAsync<IReadOnlyList<LinkRow>>(
        () => [.. _links.Where(l => l.Value.Settings.LeaderAccountId == leaderAccountId && l.Value.Active).Select(l => Row(l.Key, l.Value))]);

    /// <summary>Waited for before the answer to who has read a link.</summary>
    public Func<Task> AfterGet { get; set; } = () => Task.CompletedTask;

    public async Task<LinkRow?> GetAsync(Guid linkId, CancellationToken cancellation)
    {
        var after = AfterGet;
        var row = await store.ReadAsync(() => _links.TryGetValue(linkId, out var link) ? Row(linkId, link) : null);
        await after();
        return row;
    }

    // The leader's cursor is for people to look at; what counts is what the followers' ledgers have decided.
    public Task SaveCursorAsync(Guid leaderAccountId, long seq, CancellationToken cancellation) => store.WriteAsync(() => true);

    public Task<LinkEnding?> EndingAsync(Guid linkId, CancellationToken cancellation) => store.ReadAsync(() => _links.GetValueOrDefault(linkId)?.Ending);

    public Task EndAsync(Guid linkId, bool closing, LinkSettings settings, CancellationToken cancellation) => store.WriteAsync(() =>
    {
        if (_links[linkId].Ending is not { Removed: true })
        {
            _links[linkId] = _links[linkId] with { Settings = settings, Active = closing, Paused = false, Ending = new LinkEnding(settings, Removed: !closing), Version = _links[linkId].Version + 1 };
        }

        return true;
    });

    public Task SaveRiskAsync(Guid linkId, LinkRiskState risk, CancellationToken cancellation) => store.WriteAsync(() =>
    {
        _links[linkId] = _links[linkId] with { Risk = risk };
        return true;
    });

    public Task<Guid?> SaveStopAsync(Guid linkId, LinkRiskState risk, string json, CancellationToken cancellation) => store.WriteAsync(() =>
    {
        if (_links[linkId].Risk.StopSequence >= risk.StopSequence)
        {
            return (Guid?)null;
        }

        _links[linkId] = _links[linkId] with { Risk = risk };
        Stops.Add(json);
        return Guid.Empty;
    });

    /// <summary>What users were told of stopped links.</summary>
    public List<string> Stops { get; } = [];

    /// <summary>What the API writes when a link is made.</summary>
    public Task AddAsync(Guid linkId, LinkSettings settings) => store.WriteAsync(() =>
    {
        _links.TryAdd(linkId, new StoredLink(settings, LinkRiskState.Empty, true, ledger.EntriesOf(settings.LeaderAccountId).Count));
        return true;
    });

    /// <summary>What the API writes when a link's settings are changed.</summary>
    public Task ChangeAsync(Guid linkId, Func<LinkSettings, LinkSettings> change) => store.WriteAsync(() =>
    {
        _links[linkId] = _links[linkId] with { Settings = change(_links[linkId].Settings), Version = _links[linkId].Version + 1 };
        return true;
    });

    /// <summary>What the API writes when a link is paused or goes on.</summary>
    public Task SetPausedAsync(Guid linkId, bool paused) => store.WriteAsync(() =>
    {
        _links[linkId] = _links[linkId] with { Paused = paused, Version = _links[linkId].Version + 1 };
        return true;
    });

    private LinkRow Row(Guid id, StoredLink link)
    {
        var decided = ledger.EntriesOf(link.Settings.FollowerAccountId).Select(e => e.Event).OfType<CopyDecided>().Where(d => d.LinkId == id).Select(d => d.LeaderSeq).ToList();
        return new LinkRow(id, Guid.Empty, link.Paused ? CopyRules.WhilePaused(link.Settings) : link.Settings, link.Risk, link.Active, Math.Max(link.StartSeq, decided.DefaultIfEmpty().Max()),
            link.StartSeq, decided.Any(seq => seq >= link.StartSeq), link.Version);
    }

    public sealed record StoredLink(LinkSettings Settings, LinkRiskState Risk, bool Active, long StartSeq, LinkEnding? Ending = null, bool Paused = false, int Version = 1);
}

/// <summary>Instruments, last quotes and bars.</summary>
public sealed class SimulatedMarket(SimulatedStore store, InstrumentSet instruments) : IMarketStore
{
    private readonly Dictionary<string, Quote> _last = [];
    private readonly Dictionary<(string Symbol, Timeframe Timeframe), SortedDictionary<DateTimeOffset, Bar>> _bars = [];

    /// <summary>Waited for before each write.</summary>
    public Func<Task> BeforeWrite { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<Bar> Bars(string symbol, Timeframe timeframe) => _bars.TryGetValue((symbol, timeframe), out var bars) ? [.. bars.Values] : [];

    public Instrument? FindInstrument(string symbol) => instruments.Find(symbol);

    public Task<Quote?> LastQuoteAsync(string symbol, CancellationToken cancellation) =>
        store.ReadAsync(() => _last.TryGetValue(symbol, out var quote) ? quote : (Quote?)null);

    public Task<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>> RecentBarsAsync(string symbol, int count, CancellationToken cancellation) =>
        store.ReadAsync<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>>(() => Timeframes.All.ToDictionary(t => t, t => (IReadOnlyList<Bar>)[.. Bars(symbol, t).TakeLast(count)]));

    public Task<ImmutableArray<BarRow>> BarsAsync(string symbol, BarQuery query, CancellationToken cancellation) => store.ReadAsync<ImmutableArray<BarRow>>(() =>
    [
        .. Bars(symbol, Enum.Parse<Timeframe>(query.Timeframe)).Where(b => !(b.Time < query.From) && !(b.Time >= query.To)).TakeLast(query.Limit)
            .Select(b => new BarRow(b.Time, b.Open, b.High, b.Low, b.Close, b.TickVolume)),
    ]);

    public async Task WriteAsync(string symbol, Quote? last, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars)
    {
        await BeforeWrite();
        await store.WriteAsync(() =>
        {
            foreach (var (timeframe, bar) in bars)
            {
                if (!_bars.TryGetValue((symbol, timeframe), out var kept))
                {
                    _bars[(symbol, timeframe)] = kept = [];
                }

                kept[bar.Time] = bar;
            }

            if (last is { } quote)
            {
                _last[symbol] = quote;
            }

            return true;
        });
    }
}

/// <summary>Alerts and their firings, each recorded once.</summary>
public sealed class SimulatedAlerts(SimulatedStore store) : IAlertBookkeeping
{
    private readonly Dictionary<Guid, AlertView> _alerts = [];

    public List<AlertFiring> Firings { get; } = [];

    public IReadOnlyDictionary<Guid, AlertView> All => _alerts;

    public Task<AlertView?> LoadAsync(Guid alertId, CancellationToken cancellation) => store.ReadAsync(() => _alerts.GetValueOrDefault(alertId));

    public async IAsyncEnumerable<AlertView> ActiveAsync(string symbol, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var alert in await store.ReadAsync(() => _alerts.Values.Where(a => a.Definition.Symbol == symbol && a.State.Status == AlertStatus.Active).ToList()))
        {
            yield return alert;
        }
    }

    public Task SaveAsync(AlertView alert) => store.WriteAsync(() => _alerts[alert.Definition.Id] = alert);

    public Task DeleteAsync(Guid alertId) => store.WriteAsync(() => _alerts.Remove(alertId));

    public Task<bool> RecordFiringAsync(AlertView after, AlertFiring firing, DateTimeOffset at) => store.WriteAsync(() =>
    {
        if (Firings.Exists(f => f.AlertId == firing.AlertId && f.Sequence == firing.Sequence))
        {
            return false;
        }

        Firings.Add(firing);
        _alerts[firing.AlertId] = after;
        return true;
    });

    public Task SaveStatesAsync(IReadOnlyList<(Guid AlertId, AlertState State)> states) => store.WriteAsync(() =>
    {
        foreach (var (id, state) in states)
        {
            if (_alerts.TryGetValue(id, out var alert) && alert.State.FireCount == state.FireCount && alert.State.Status == AlertStatus.Active)
            {
                _alerts[id] = alert with { State = state };
            }
        }

        return true;
    });
}
