using System.CommandLine;

namespace ActorTrading.Pine.Cli;

/// <summary>The command line: check, run, backtest, optimize, builtins.</summary>
public static class CommandTree
{
    /// <param name="output">Where results go; the console when null.</param>
    /// <param name="errors">Where diagnostics and progress go; the console when null.</param>
    public static RootCommand Build(TextWriter? output = null, TextWriter? errors = null)
    {
        var console = new Terminal(output ?? Console.Out, errors ?? Console.Error);
        return new RootCommand("Pine Script v5 and v6: check, run and backtest scripts as TradingView would, and search their inputs.")
        {
            CheckCommand.Create(console),
            RunCommand.Create(console),
            BacktestCommand.Create(console),
            OptimizeCommand.Create(console),
            BuiltinsCommand.Create(console),
        };
    }
}
