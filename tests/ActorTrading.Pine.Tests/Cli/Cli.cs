using ActorTrading.Pine.Cli;

namespace ActorTrading.Pine.Tests.Cli;

/// <summary>Runs the command line in this process.</summary>
internal static class CommandLine
{
    public static async Task<(int Exit, string Output, string Errors)> Run(params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var parsed = CommandTree.Build(output, errors).Parse(arguments);
        int exit = await parsed.InvokeAsync(new System.CommandLine.InvocationConfiguration { Output = output, Error = errors });
        return (exit, output.ToString(), errors.ToString());
    }
}

/// <summary>A folder of files for one test.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pine-cli");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>400 hourly bars that swing, so that a crossing strategy trades.</summary>
    public string Bars()
    {
        var text = new System.Text.StringBuilder("time,open,high,low,close,volume\n");
        double last = 1.1;
        for (int i = 0; i < 400; i++)
        {
            double close = Math.Round(1.1 + 0.01 * Math.Sin(i / 9.0) + 0.004 * Math.Sin(i / 2.3), 5);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{1_700_000_000 + i * 3600},{last},{Math.Max(last, close) + 0.0005:0.00000},{Math.Min(last, close) - 0.0005:0.00000},{close},100\n");
            last = close;
        }
        return Write("bars.csv", text.ToString());
    }

    public const string Crossing = """
        //@version=6
        strategy("Crossing")
        fast = input.int(5, "Fast")
        slow = input.int(20, "Slow")
        a = ta.sma(close, fast)
        b = ta.sma(close, slow)
        if ta.crossover(a, b)
            strategy.entry("L", strategy.long)
        if ta.crossunder(a, b)
            strategy.entry("S", strategy.short)
        """;

    public void Dispose() => _folder.Delete(true);
}
