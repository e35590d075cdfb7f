namespace ActorTrading.Domain;

/// <summary>
/// The active alerts of one symbol. Every quote passes through; an alert is judged, and armed again, in the same step in which the
/// quote reaches it, so that none of its crossings can fall between. Not thread-safe.
/// </summary>
/// <param name="symbol">The symbol watched.</param>
/// <param name="barEnd">End (exclusive, UTC) of the bar of a timeframe that a time belongs to.</param>
public sealed class AlertBook(string symbol, Func<string, DateTimeOffset, DateTimeOffset> barEnd)
{
    private readonly TriggerBook _onQuotes = new(symbol);
    private readonly Dictionary<string, TriggerBook> _onCloses = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Entry> _alerts = [];
    private readonly Dictionary<string, HashSet<Guid>> _moving = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset At, Guid Id)> _ends = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly List<PriceTrigger> _hits = [];
    private long _turn;

    public int Count => _alerts.Count;

    /// <summary>An alert as it is judged now; null where it is not here.</summary>
    public (AlertDefinition Definition, AlertState State)? Find(Guid alertId) =>
        _alerts.TryGetValue(alertId, out var entry) ? (entry.Definition, entry.State) : null;

    /// <summary>
    /// Adds an alert, or replaces it. One that is no longer active is removed. The version of a changed alert that is here already goes on
    /// as it is. The number of firings never falls: one of the definition before may be on its way.
    /// </summary>
    /// <param name="reference">For a moving condition: the close that it compares with, where known.</param>
    /// <param name="last">The last quote, where there is one: the sample that a crossing needs before the next quote. It fires nothing.</param>
    public void Set(AlertDefinition definition, AlertState state, decimal? reference, Quote? last = null)
    {
        if (_alerts.TryGetValue(definition.Id, out var known))
        {
            if (state.Status == AlertStatus.Active && definition.Version > 0 && definition.Version == known.Definition.Version)
            {
                known.State = known.State with { FireCount = Math.Max(known.State.FireCount, state.FireCount) };
                _changed.Add(definition.Id);
                return;
            }

            state = state with { FireCount = Math.Max(known.State.FireCount, state.FireCount) };
            Remove(definition.Id);
        }

        if (state.Status != AlertStatus.Active)
        {
            return;
        }

        if (AlertEngine.NeedsReference(definition))
        {
            if (reference is { } close)
            {
                state = AlertEngine.Rebase(state, close);
            }

            MovingOn(definition.Timeframe!).Add(definition.Id);
        }

        var sampled = state.Previous is null && last is not null && !AlertEngine.ObservesBarCloses(definition);
        if (sampled)
        {
            state = state with { Previous = PriceOf(last!.Value, definition.Price) };
        }

        var entry = new Entry(definition, state);
        _alerts.Add(definition.Id, entry);
        if (definition.ExpiresAt is { } end)
        {
            _ends.Add((end, definition.Id));
        }

        if (sampled || known is not null)
        {
            // Also where it was there before: what was seen of its former definition may have been written over it.
            _changed.Add(definition.Id);
        }

        Arm(entry);
    }

    public bool Remove(Guid alertId)
    {
        if (!_alerts.Remove(alertId, out var entry))
        {
            return false;
        }

        BookOf(entry.Definition).RemoveOwner(alertId);
        if (AlertEngine.NeedsReference(entry.Definition))
        {
            MovingOn(entry.Definition.Timeframe!).Remove(alertId);
        }

        if (entry.Definition.ExpiresAt is { } end)
        {
            _ends.Remove((end, alertId));
        }

        _changed.Remove(alertId);
        return true;
    }

    /// <summary>Ends the alerts whose time is over, of which no quote may have told.</summary>
    public void Expire(DateTimeOffset now)
    {
        while (_ends.Count > 0 && _ends.Min is var end && end.At <= now)
        {
            _ends.Remove(end);
            var entry = _alerts[end.Id];
            if (entry.State.Status == AlertStatus.Active)
            {
                entry.State = AlertEngine.Expire(entry.Definition, entry.State, now);
                _changed.Add(end.Id);
                Arm(entry);
            }
        }
    }

    /// <summary>Judges every alert that the quote reaches. Without one nothing is allocated.</summary>
    public void Observe(in Quote quote, List<AlertFiring> firings)
    {
        _hits.Clear();
        if (_onQuotes.Fire(quote, _hits) == 0)
        {
            return;
        }

        // What an alert arms now is for leaving the place where this quote has put it, so the same quote cannot reach it again.
        _turn++;
        foreach (var trigger in _hits)
        {
            if (_alerts.TryGetValue(trigger.Key.OwnerId, out var entry))
            {
                Judge(entry, PriceOf(quote, entry.Definition.Price), quote.Time, closing: false, firings);
            }
        }
    }

    /// <summary>A bar of a timeframe has closed: judges the alerts on closes, and gives the moving ones their new reference.</summary>
    /// <param name="closeBack">The close N bars before the bar that now forms, 1 being the one that just closed; null where history is too short.</param>
    /// <param name="again">
    /// It has closed before, and then the process ended: only an alert that was there and has not recorded a firing since may have missed it.
    /// </param>
    public void ObserveClose(string timeframe, in Quote close, Func<int, decimal?> closeBack, List<AlertFiring> firings, bool again = false)
    {
        if (_onCloses.TryGetValue(timeframe, out var book))
        {
            _hits.Clear();
            book.Fire(close, _hits);
            _turn++;
            foreach (var trigger in _hits)
            {
                if (!_alerts.TryGetValue(trigger.Key.OwnerId, out var entry))
                {
                    continue;
                }

                if (again && HasHeard(entry, close.Time))
                {
                    Arm(entry);
                }
                else
                {
                    Judge(entry, PriceOf(close, entry.Definition.Price), close.Time, closing: true, firings);
                }
            }
        }

        if (_moving.TryGetValue(timeframe, out var moving))
        {
            foreach (var id in moving)
            {
                var entry = _alerts[id];
                if (entry.State.Status == AlertStatus.Active && closeBack(entry.Definition.BarsBack) is { } reference)
                {
                    entry.State = AlertEngine.Rebase(entry.State, reference);
                    _changed.Add(id);
                    Arm(entry);
                }
            }
        }
    }

    /// <summary>The alerts whose state has changed since the last call, to be written behind.</summary>
    /// <param name="unrecorded">
    /// Alerts with a firing that is not recorded yet: their state counts it, so that it may only be written after the record. They stay for
    /// a later call.
    /// </param>
    public IReadOnlyList<(AlertDefinition Definition, AlertState State)> TakeChanged(IReadOnlySet<Guid> unrecorded)
    {
        if (_changed.Count == 0)
        {
            return [];
        }

        var changed = new List<(AlertDefinition, AlertState)>(_changed.Count);
        foreach (var id in _changed)
        {
            if (!unrecorded.Contains(id) && _alerts.TryGetValue(id, out var entry))
            {
                changed.Add((entry.Definition, entry.State));
            }
        }

        _changed.IntersectWith(unrecorded);
        return changed;
    }

    /// <summary>Puts back what was taken and could not be written; it is written as it is then.</summary>
    public void PutBack(IEnumerable<(AlertDefinition Definition, AlertState State)> changed)
    {
        foreach (var (definition, _) in changed)
        {
            if (_alerts.ContainsKey(definition.Id))
            {
                _changed.Add(definition.Id);
            }
        }
    }

    private static bool HasHeard(Entry entry, DateTimeOffset closedAt) =>
        entry.State.LastFiredAt >= closedAt || (entry.State.ChangedAt ?? entry.Definition.CreatedAt) >= closedAt;

    private void Judge(Entry entry, decimal price, DateTimeOffset time, bool closing, List<AlertFiring> firings)
    {
        // One price can reach both thresholds of a channel, and is still one observation.
        if (entry.Turn == _turn)
        {
            return;
        }

        entry.Turn = _turn;
        var end = entry.Definition.Trigger == AlertTrigger.OncePerBar ? barEnd(entry.Definition.Timeframe!, time) : (DateTimeOffset?)null;
        var (state, firing) = AlertEngine.Observe(entry.Definition, entry.State, new AlertObservation(price, time, end, closing));
        entry.State = state;
        if (firing is not null)
        {
            firings.Add(firing);
        }

        _changed.Add(entry.Definition.Id);
        Arm(entry);
    }

    private void Arm(Entry entry) =>
        BookOf(entry.Definition).Replace(entry.Definition.Id, AlertArming.Arm(entry.Definition, entry.State).AsSpan());

    private TriggerBook BookOf(AlertDefinition definition)
    {
        if (!AlertEngine.ObservesBarCloses(definition))
        {
            return _onQuotes;
        }

        if (!_onCloses.TryGetValue(definition.Timeframe!, out var book))
        {
            _onCloses[definition.Timeframe!] = book = new TriggerBook(symbol);
        }

        return book;
    }

    private HashSet<Guid> MovingOn(string timeframe)
    {
        if (!_moving.TryGetValue(timeframe, out var moving))
        {
            _moving[timeframe] = moving = [];
        }

        return moving;
    }

    private static decimal PriceOf(in Quote quote, PriceSource source) => source switch
    {
        PriceSource.Bid => quote.Bid,
        PriceSource.Ask => quote.Ask,
        _ => quote.Mid,
    };

    private sealed class Entry(AlertDefinition definition, AlertState state)
    {
        public AlertDefinition Definition { get; } = definition;
        public AlertState State { get; set; } = state;
        public long Turn { get; set; }
    }
}
