using Spectre.Console;

namespace ActorTrading.Pine.Cli;

/// <summary>A progress bar on the error stream; silent where nobody watches.</summary>
internal static class ProgressBar
{
    public static void Run(Terminal terminal, string name, int total, Action<IProgress<int>?> work)
    {
        if (!terminal.ShowsProgress || !terminal.Messages.Profile.Capabilities.Interactive)
        {
            work(null);
            return;
        }
        terminal.Messages.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(name, maxValue: total);
                work(new Counter(task));
            });
    }

    // Reports come from many threads; the largest number is the truth.
    private sealed class Counter(ProgressTask task) : IProgress<int>
    {
        private readonly Lock _gate = new();

        public void Report(int value)
        {
            lock (_gate)
                if (value > task.Value) task.Value = value;
        }
    }
}
