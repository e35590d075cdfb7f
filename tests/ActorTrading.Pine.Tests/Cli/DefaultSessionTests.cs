using System.Globalization;
using System.Text.Json;

namespace ActorTrading.Pine.Tests.Cli;

public sealed class DefaultSessionTests : IDisposable
{
    private readonly Scratch _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>Hours of the day, UTC, at which a new day begins on hourly bars of one winter week.</summary>
    private async Task<int[]> DayStarts(bool weekend, params string[] more)
    {
        var text = new System.Text.StringBuilder("time,open,high,low,close\n");
        var start = new DateTimeOffset(2024, 1, 7, 22, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < 24 * 12; i++)
        {
            var time = start.AddHours(i);
            bool closed = time.DayOfWeek == DayOfWeek.Saturday || (time.DayOfWeek == DayOfWeek.Friday && time.Hour >= 22) || (time.DayOfWeek == DayOfWeek.Sunday && time.Hour < 22);
            if (weekend || !closed) text.Append(CultureInfo.InvariantCulture, $"{time.ToUnixTimeSeconds()},1,1,1,1\n");
        }
        var script = _files.Write("d.pine", "//@version=6\nindicator(\"x\")\nplot(timeframe.change(\"D\") ? hour(time, \"UTC\") : na, \"h\")\n");
        var (exit, output, errors) = await CommandLine.Run(["run", script, "--bars", _files.Write("b.csv", text.ToString()), "--json", .. more]);
        exit.ShouldBe(0, errors);
        using var json = JsonDocument.Parse(output);
        return [.. json.RootElement.GetProperty("plots").GetProperty("h").EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Number).Select(v => v.GetInt32()).Distinct()];
    }

    [Fact]
    public async Task Forex_days_begin_at_five_in_New_York_whatever_zone_is_named()
    {
        (await DayStarts(weekend: false)).ShouldBe([22]);
        (await DayStarts(weekend: false, "--timezone", "US/Eastern")).ShouldBe([22]);
        (await DayStarts(weekend: false, "--timezone", "UTC")).ShouldBe([22]);
    }

    [Fact]
    public async Task What_trades_on_Saturdays_begins_its_days_at_midnight() => (await DayStarts(weekend: true)).ShouldBe([0]);

    [Fact]
    public async Task A_session_that_is_given_counts() => (await DayStarts(weekend: true, "--session", "0600-0600")).ShouldBe([6]);
}
