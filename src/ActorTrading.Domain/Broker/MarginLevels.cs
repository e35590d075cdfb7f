namespace ActorTrading.Domain;

/// <summary>The equity at which each margin level is crossed: one definition for reacting and for the bands of the margin watch.</summary>
internal static class MarginLevels
{
    public static decimal StopOutEquity(BrokerSettings settings, decimal margin) => margin * settings.StopOutLevel / 100m;

    public static decimal CallEquity(BrokerSettings settings, decimal margin) => margin * settings.MarginCallLevel / 100m;

    public static decimal RecoveryEquity(BrokerSettings settings, decimal margin) =>
        margin * (settings.MarginCallLevel + settings.MarginRecoveryPoints) / 100m;

    // Without margin the stop-out equity is 0, which is the rule for wholly hedged accounts.
    public static bool IsStopOut(BrokerSession session, AccountFigures figures) =>
        (session.State.Positions.Count > 0 || figures.Margin > 0) && figures.Equity < StopOutEquity(session.Settings, figures.Margin);

    public static bool IsCall(BrokerSession session, AccountFigures figures) =>
        figures.Margin > 0 && figures.Equity < CallEquity(session.Settings, figures.Margin);

    public static bool IsRecovered(BrokerSession session, AccountFigures figures) =>
        figures.Margin <= 0 || figures.Equity >= RecoveryEquity(session.Settings, figures.Margin);
}
