namespace ActorTrading.Pine.Bars;

/// <summary>One price bar. <paramref name="TimeMs"/> is the bar's opening time, milliseconds since 1970-01-01 UTC.</summary>
public readonly record struct Bar(long TimeMs, double Open, double High, double Low, double Close, double Volume);
