namespace ActorTrading.Mt5;

/// <summary>The protocol's chartTF values; the names are those on the wire.</summary>
public enum TerminalTimeframe { Tick, M1, M5, M15, M30, H1, H2, H3, H4, H6, H8, H12, D1, W1, MN1 }

internal static class TerminalTimeframes
{
    public static string WireName(this TerminalTimeframe timeframe) =>
        timeframe == TerminalTimeframe.Tick ? "TICK" : timeframe.ToString();

    public static bool TryParse(ReadOnlySpan<byte> text, out TerminalTimeframe timeframe)
    {
        foreach (var value in Known)
        {
            if (!System.Text.Ascii.Equals(text, value.Name))
                continue;
            timeframe = value.Timeframe;
            return true;
        }
        timeframe = default;
        return false;
    }

    private static readonly (string Name, TerminalTimeframe Timeframe)[] Known =
        [.. Enum.GetValues<TerminalTimeframe>().Select(t => (t.WireName(), t))];
}
