using System.CommandLine;
using System.Text.Json;
using ActorTrading.Pine.Bars;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Optimization;
using Spectre.Console;

namespace ActorTrading.Pine.Cli;

internal static class OptimizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var chart = new ChartOptions();
        var grid = new Option<string[]>("--grid") { Description = "name=from..to:step or name=a,b,c; may be repeated", Required = true };
        var sort = new Option<string>("--sort") { Description = string.Join(", ", Metrics.Names), DefaultValueFactory = _ => "profit" };
        var top = new Option<int>("--top") { Description = "Results to show", DefaultValueFactory = _ => 20 };
        var cores = new Option<int>("--cores") { Description = "Runs at the same time (all cores)", DefaultValueFactory = _ => Environment.ProcessorCount };
        var forward = new Option<int>("--walk-forward") { Description = "Steps of a walk-forward" };
        var monteCarlo = new Option<int>("--monte-carlo") { Description = "Draws of a Monte Carlo on the best combination's trades" };
        var seed = new Option<int>("--seed") { Description = "Seed of the Monte Carlo", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Results as JSON" };
        var command = new Command("optimize", "Try every combination of some inputs, over all cores") { grid, sort, top, cores, forward, monteCarlo, seed, json };
        chart.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(terminal.Guard(() =>
        {
            var file = new ScriptFile(parsed.GetRequiredValue(chart.Script), chart.Libraries(parsed), terminal);
            if (file.Report(warnings: false) is not { } script) return ExitCodes.ScriptFailed;
            if (script.Kind != ScriptKind.Strategy) throw new FormatException($"'{file.Path}' is not a strategy.");
            var by = Metrics.Canonical(parsed.GetRequiredValue(sort));
            var axes = new ParameterGrid([.. parsed.GetRequiredValue(grid).Select(ParameterAxis.Parse)]);
            foreach (var axis in axes.Axes)
                if (!script.Inputs.Any(i => i.Name == axis.Name || i.Title == axis.Name))
                    throw new FormatException($"The script has no input '{axis.Name}': it has {string.Join(", ", script.Inputs.Select(i => i.Name))}.");
            var (bars, options) = chart.Read(parsed, cancellation);
            var search = new GridSearch(script, axes, options);
            int workers = parsed.GetValue(cores), steps = parsed.GetValue(forward), draws = parsed.GetValue(monteCarlo);
            if (steps < 0 || draws < 0) throw new FormatException("--walk-forward and --monte-carlo must not be negative.");
            GridResult[] results = [];
            IReadOnlyList<WalkForwardStep> walk = [];
            ProgressBar.Run(terminal, "combinations", axes.Count, progress => results = search.Run(bars, workers, progress, cancellation));
            if (steps > 0)
                ProgressBar.Run(terminal, "walk-forward", axes.Count * steps, progress => walk = WalkForward.Run(search, bars, steps, by, workers, progress, cancellation));
            var sorted = GridSearch.Sorted(results, by);
            if (sorted[0].Metrics is null)
            {
                terminal.Fail($"No combination runs: {sorted[0].Error}");
                return ExitCodes.ScriptFailed;
            }
            var carlo = draws == 0 ? null : MonteCarlo.Run(search.RunResult(bars, sorted[0].Values, cancellation).Broker!, draws, parsed.GetValue(seed));
            if (parsed.GetValue(json)) terminal.WriteJson(writer => WriteJson(writer, axes, sorted, walk, carlo));
            else Print(terminal, axes, sorted.Take(Math.Max(1, parsed.GetValue(top))), walk, carlo, bars);
            return ExitCodes.Ok;
        })));
        return command;
    }

    private static void Print(Terminal terminal, ParameterGrid grid, IEnumerable<GridResult> results, IReadOnlyList<WalkForwardStep> walk, MonteCarloResult? carlo, BarSeries bars)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var axis in grid.Axes) table.AddColumn(new TableColumn(Markup.Escape(axis.Name)).RightAligned());
        foreach (var name in Metrics.Names) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var result in results)
            table.AddRow([.. result.Values.Select(v => Text(v)), .. Metrics.Names.Select(name => result.Metrics is { } m ? Text(m.Value(name)) : "")]);
        terminal.Tables.Write(table);
        if (walk.Count > 0)
        {
            var steps = new Table().Border(TableBorder.Simple).Title("Walk-forward").AddColumn("proved on (UTC)");
            foreach (var axis in grid.Axes) steps.AddColumn(new TableColumn(Markup.Escape(axis.Name)).RightAligned());
            foreach (var name in new[] { "profit before", "profit after", "trades", "winrate", "efficiency" }) steps.AddColumn(new TableColumn(name).RightAligned());
            foreach (var step in walk)
                steps.AddRow([$"{Day(bars, step.TestStart)} to {Day(bars, step.TestEnd - 1)}", .. step.Values.Select(v => Text(v)), Text(step.Train.NetProfit),
                    Text(step.TestProfit), Text(step.TestTrades), Text(step.TestPercentProfitable), Text(step.Efficiency)]);
            terminal.Tables.Write(steps);
        }
        if (carlo is null) return;
        terminal.Tables.MarkupLineInterpolated($"Monte Carlo, {carlo.Draws} draws of the best: profit {Text(carlo.Profit5)} / {Text(carlo.Profit50)} / {Text(carlo.Profit95)} (5 / 50 / 95 %), drawdown {Text(carlo.Drawdown50)} / {Text(carlo.Drawdown95)} (50 / 95 %), chance of a loss {Text(carlo.ChanceOfLoss * 100)}%");
    }

    private static string Text(double value) => double.IsNaN(value) ? "-" : NumberFormat.Format(value, Math.Abs(value) < 1 ? "0.######" : "#,##0.####");

    private static string Day(BarSeries bars, int index) => TimeFormat.Format(bars.TimeMs[index], "yyyy-MM-dd", null);

    private static void WriteJson(Utf8JsonWriter writer, ParameterGrid grid, IReadOnlyList<GridResult> results, IReadOnlyList<WalkForwardStep> walk, MonteCarloResult? carlo)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            WriteInputs(writer, grid, result.Values);
            if (result.Error is not null) writer.WriteString("error", result.Error);
            else WriteMetrics(writer, result.Metrics!);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (walk.Count > 0)
        {
            writer.WriteStartArray("walkForward");
            foreach (var step in walk)
            {
                writer.WriteStartObject();
                WriteInputs(writer, grid, step.Values);
                writer.WriteNumber("trainStart", step.TrainStart);
                writer.WriteNumber("testStart", step.TestStart);
                writer.WriteNumber("testEnd", step.TestEnd);
                Number(writer, "trainProfit", step.Train.NetProfit);
                Number(writer, "testProfit", step.TestProfit);
                writer.WriteNumber("testTrades", step.TestTrades);
                Number(writer, "efficiency", step.Efficiency);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        if (carlo is not null)
        {
            writer.WriteStartObject("monteCarlo");
            writer.WriteNumber("draws", carlo.Draws);
            foreach (var (name, value) in new[] { ("profit5", carlo.Profit5), ("profit50", carlo.Profit50), ("profit95", carlo.Profit95),
                ("drawdown50", carlo.Drawdown50), ("drawdown95", carlo.Drawdown95), ("chanceOfLoss", carlo.ChanceOfLoss) }) Number(writer, name, value);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteInputs(Utf8JsonWriter writer, ParameterGrid grid, double[] values)
    {
        writer.WriteStartObject("inputs");
        for (int i = 0; i < values.Length; i++) writer.WriteNumber(grid.Axes[i].Name, values[i]);
        writer.WriteEndObject();
    }

    private static void WriteMetrics(Utf8JsonWriter writer, Metrics metrics)
    {
        foreach (var (name, value) in new[] { ("netProfit", metrics.NetProfit), ("netProfitPercent", metrics.NetProfitPercent), ("sharpeRatio", metrics.Sharpe),
            ("sortinoRatio", metrics.Sortino), ("profitFactor", metrics.ProfitFactor), ("maxDrawdown", metrics.MaxDrawdown),
            ("maxDrawdownPercent", metrics.MaxDrawdownPercent), ("percentProfitable", metrics.PercentProfitable), ("avgTrade", metrics.AvgTrade) }) Number(writer, name, value);
        writer.WriteNumber("totalTrades", metrics.Trades);
    }

    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
