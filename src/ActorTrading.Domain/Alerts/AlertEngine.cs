namespace ActorTrading.Domain;

/// <summary>Judges one price after another for one alert. Pure: the state goes in and comes out.</summary>
/// <remarks>
/// Observing every quote and observing only the quotes that hit <see cref="AlertArming.Arm"/>'s thresholds give the same
/// firings: between two hits nothing that a condition looks at can have changed.
/// </remarks>
public static class AlertEngine
{
    /// <summary>The least time between two firings of a once-per-minute alert, measured from the first.</summary>
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Whether the alert is judged at the closes of its timeframe's bars only, and not on quotes.</summary>
    public static bool ObservesBarCloses(AlertDefinition definition) => definition.Trigger == AlertTrigger.OncePerBarClose;

    /// <summary>Whether <see cref="Rebase"/> is due at every close of the alert's timeframe.</summary>
    public static bool NeedsReference(AlertDefinition definition) => definition.IsMoving;

    /// <summary>
    /// Takes the next price. A crossing, entering or exiting needs a sample before it; the other conditions may fire on the first.
    /// A bar's close is ignored by an alert on quotes, and a quote by an alert on closes.
    /// </summary>
    /// <exception cref="ArgumentException">A once-per-bar alert fires and the observation does not say when its bar ends.</exception>
    public static (AlertState State, AlertFiring? Firing) Observe(AlertDefinition definition, AlertState state, in AlertObservation observation)
    {
        if (state.Status != AlertStatus.Active || observation.BarClosing != ObservesBarCloses(definition))
            return (state, null);
        if (definition.ExpiresAt <= observation.Time)
            return (state with { Status = AlertStatus.Expired }, null);
        if (AlertLevels.Of(definition, state.Reference) is not { } levels)
            return (state with { Previous = observation.Price }, null);

        var zone = levels.ZoneOf(observation.Price);
        var holds = TruthSet(definition.Condition) is { } truth
            ? AlertLevels.Contains(truth, zone)
            : state.Previous is { } previous && Crosses(definition.Condition, levels.ZoneOf(previous), zone);
        var quiet = observation.Time < state.QuietUntil;
        // A condition that stays true is one event, not one for each quote.
        var repeats = definition.Trigger == AlertTrigger.EveryTime && state.Holding == true && TruthSet(definition.Condition) is not null;
        var next = state with { Previous = observation.Price, Holding = holds, QuietUntil = quiet ? state.QuietUntil : null };
        if (!holds || quiet || repeats)
            return (next, null);
        var fromAbove = definition.Condition == AlertCondition.EnteringChannel && state.Previous > levels.High;
        var met = zone > 0 || fromAbove ? levels.High : levels.Low;
        return Fire(definition, next, observation, met);
    }

    /// <summary>Sets the close that a moving condition compares with: of the bar <see cref="AlertDefinition.BarsBack"/> before the one that now forms.</summary>
    public static AlertState Rebase(AlertState state, decimal reference) => state with { Reference = reference };

    /// <summary>Marks an active alert whose time is over.</summary>
    public static AlertState Expire(AlertDefinition definition, AlertState state, DateTimeOffset now) =>
        state.Status == AlertStatus.Active && definition.ExpiresAt <= now ? state with { Status = AlertStatus.Expired } : state;

    private static (AlertState, AlertFiring?) Fire(AlertDefinition definition, AlertState state, in AlertObservation observation, decimal level)
    {
        var fired = state with { LastFiredAt = observation.Time, FireCount = state.FireCount + 1 };
        fired = definition.Trigger switch
        {
            AlertTrigger.Once => fired with { Status = AlertStatus.Fired },
            AlertTrigger.OncePerMinute => fired with { QuietUntil = observation.Time + Minute },
            AlertTrigger.OncePerBar => fired with
            {
                QuietUntil = observation.BarEnd ?? throw new ArgumentException(
                    $"Alert {definition.Id} fires once per {definition.Timeframe} bar, and the observation does not say when the bar ends.", nameof(observation)),
            },
            _ => fired,
        };
        var message = AlertMessage.Render(definition, observation.Price, observation.Time);
        return (fired, new AlertFiring(definition.Id, fired.FireCount, definition.Symbol, observation.Price, observation.Time, level, message));
    }

    /// <summary>Where a level-triggered condition holds; null for those that compare two prices.</summary>
    internal static PriceSet? TruthSet(AlertCondition condition) => condition switch
    {
        AlertCondition.GreaterThan => PriceSet.Above,
        AlertCondition.LessThan => PriceSet.Below,
        AlertCondition.InsideChannel => PriceSet.Inside,
        AlertCondition.OutsideChannel => PriceSet.Outside,
        AlertCondition.MovingUp or AlertCondition.MovingUpPct => PriceSet.AtOrAbove,
        AlertCondition.MovingDown or AlertCondition.MovingDownPct => PriceSet.AtOrBelow,
        _ => null,
    };

    private static bool Crosses(AlertCondition condition, int before, int now) => condition switch
    {
        AlertCondition.CrossingUp => before < 0 && now >= 0,
        AlertCondition.CrossingDown => before > 0 && now <= 0,
        AlertCondition.Crossing => (before < 0 && now >= 0) || (before > 0 && now <= 0),
        AlertCondition.EnteringChannel => before != 0 && now == 0,
        AlertCondition.ExitingChannel => before == 0 && now != 0,
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Not a condition that compares two prices."),
    };
}
