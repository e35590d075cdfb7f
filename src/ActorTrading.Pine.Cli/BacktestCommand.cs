using System.CommandLine;
using ActorTrading.Pine.Report;
using Spectre.Console;

namespace ActorTrading.Pine.Cli;

internal static class BacktestCommand
{
    public static Command Create(Terminal terminal)
    {
        var chart = new ChartOptions();
        var json = new Option<bool>("--json") { Description = "Summary, trades and equity as JSON" };
        var svg = new Option<string?>("--chart") { Description = "Write the equity curve to this SVG file" };
        var list = new Option<int>("--trades") { Description = "Trades to list, the latest", DefaultValueFactory = _ => 10 };
        var command = new Command("backtest", "Run a strategy over bars and report what it did") { json, svg, list };
        chart.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(terminal.Guard(() =>
        {
            var file = new ScriptFile(parsed.GetRequiredValue(chart.Script), chart.Libraries(parsed), terminal);
            if (file.Report() is not { } script) return ExitCodes.ScriptFailed;
            if (script.Kind != ScriptKind.Strategy) throw new FormatException($"'{file.Path}' is not a strategy but a {script.Kind.ToString().ToLowerInvariant()}: use 'run'.");
            var (bars, options) = chart.Read(parsed, cancellation);
            var result = script.Run(bars, options with { CapturePlots = false });
            if (result.Error is { } error)
            {
                file.Print(error);
                return ExitCodes.ScriptFailed;
            }
            if (result.Cancelled) throw new OperationCanceledException();
            var report = BacktestReport.Create(result.Broker!, bars);
            if (parsed.GetValue(svg) is { } path) File.WriteAllText(path, EquityChart.Svg(report.Equity, bars, script.Title));
            if (parsed.GetValue(json)) terminal.WriteJson(writer => ReportJson.WriteBacktest(writer, report));
            else SummaryTable.Print(terminal, report, script.Title, parsed.GetValue(list));
            return ExitCodes.Ok;
        })));
        return command;
    }
}
