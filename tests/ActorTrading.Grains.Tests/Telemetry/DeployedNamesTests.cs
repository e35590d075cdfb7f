using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace ActorTrading.Grains.Tests.Telemetry;

/// <summary>The dashboards and alert rules in <c>deploy/</c> ask for what the meters of trading and of the runtime export.</summary>
public sealed partial class DeployedNamesTests
{
    [Fact]
    public void Every_name_that_is_asked_for_is_exported()
    {
        var exported = new HashSet<string>(StringComparer.Ordinal) { "actortrading_metrics_dropped_total" };
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name is TradingMetrics.MeterName or "System.Runtime")
                exported.UnionWith(NamesOf(instrument));
        };
        listener.Start();
        using var metrics = new TradingMetrics();
        var deploy = Deploy();
        var files = Directory.GetFiles(Path.Combine(deploy, "grafana"), "*.json").Append(Path.Combine(deploy, "prometheus", "alerts.yml"));
        var asked = files.SelectMany(file => Asked().Matches(File.ReadAllText(file)).Select(m => m.Value)).ToHashSet(StringComparer.Ordinal);
        asked.ShouldNotBeEmpty();
        asked.Except(exported).ShouldBeEmpty();
    }

    /// <summary>Base units spelt out, <c>_total</c> for what only grows: how the scrape names an instrument.</summary>
    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        var kind = instrument.GetType().Name;
        return kind.StartsWith("Histogram", StringComparison.Ordinal) ? [name + "_bucket", name + "_count", name + "_sum"]
            : kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? [name + "_total"]
            : [name];
    }

    private static string Deploy()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The solution's folder is not above the tests.");
        return Path.Combine(folder.FullName, "deploy");
    }

    [GeneratedRegex("\\b(?:actortrading|dotnet)_[a-z_]+")]
    private static partial Regex Asked();
}
