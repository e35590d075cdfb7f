using System.CommandLine;
using System.Text.Json;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Report;
using Spectre.Console;

namespace ActorTrading.Pine.Cli;

internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        var chart = new ChartOptions();
        var json = new Option<bool>("--json") { Description = "Plots as JSON" };
        var last = new Option<int>("--last") { Description = "Bars to show", DefaultValueFactory = _ => 20 };
        var command = new Command("run", "Run a script over bars and print its plots") { json, last };
        chart.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(terminal.Guard(() =>
        {
            var file = new ScriptFile(parsed.GetRequiredValue(chart.Script), chart.Libraries(parsed), terminal);
            if (file.Report() is not { } script) return ExitCodes.ScriptFailed;
            var (bars, options) = chart.Read(parsed, cancellation);
            var result = script.Run(bars, options);
            foreach (var log in result.Logs) terminal.Messages.MarkupLineInterpolated($"[grey]{TimeFormat.Format(log.TimeMs, null, null)}[/] {log.Level.ToString().ToLowerInvariant()}: {log.Message}");
            if (result.Error is { } error) file.Print(error);
            if (result.Cancelled) throw new OperationCanceledException();
            var plots = result.Plots.Where(p => p.Kind != PlotKind.HorizontalLine).ToList();
            if (parsed.GetValue(json)) terminal.WriteJson(writer => ReportJson.WritePlots(writer, plots.Select(p => (p.Title, p.Values))));
            else Print(terminal, bars, plots, parsed.GetValue(last));
            return result.Error is null ? ExitCodes.Ok : ExitCodes.ScriptFailed;
        })));
        return command;
    }

    private static void Print(Terminal terminal, BarSeries bars, List<PlotSeries> plots, int last)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("time (UTC)").AddColumn(new TableColumn("close").RightAligned());
        foreach (var plot in plots) table.AddColumn(new TableColumn(Markup.Escape(plot.Title)).RightAligned());
        for (int i = Math.Max(0, bars.Count - Math.Max(0, last)); i < bars.Count; i++)
            table.AddRow([TimeFormat.Format(bars.TimeMs[i], "yyyy-MM-dd HH:mm", null), NumberFormat.Format(bars.Close[i], NumberFormat.Plain),
                .. plots.Select(p => i < p.Values.Length && !double.IsNaN(p.Values[i]) ? NumberFormat.Format(p.Values[i], NumberFormat.Plain) : "")]);
        terminal.Tables.Write(table);
    }

    public static void WriteJson(this Terminal terminal, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        terminal.Output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
