using System.Runtime.InteropServices;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Simulator;

/// <summary>Starts the terminals, says what they do, and stops them on Ctrl-C.</summary>
internal static class SimulatorRun
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    public static async Task<int> Go(SimulatorArguments arguments, TimeProvider time, TextWriter output)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

        var terminals = new List<SimulatedTerminal>();
        try
        {
            var start = time.GetUtcNow();
            for (var i = 0; i < arguments.Accounts; i++)
            {
                var options = arguments.Terminal with
                {
                    Login = arguments.Terminal.Login + i,
                    PortBase = arguments.Terminal.PortBase + i * SimulatorArguments.PortsPerAccount,
                };
                // Each its own copy of one market: the same seed gives the same quotes at the same times.
                IQuoteSource source = arguments.Replay is null
                    ? new GeneratedMarket(options.Instruments, options.Seed, arguments.Rate, start)
                    : SimulatorArguments.OpenReplay(arguments);
                var terminal = new SimulatedTerminal(options, source, time);
                terminals.Add(terminal);
                terminal.Start();
                await output.WriteLineAsync($"account {options.Login} ({options.Mode}, {options.Currency}, 1:{options.Leverage}) " +
                    $"on tcp://{options.Host}:{options.PortBase} to {options.PortBase + 3}; defects on: {options.Defects}");
            }
            await output.WriteLineAsync(arguments.Replay is null
                ? $"generated market, {arguments.Terminal.Instruments.Count} symbols, {arguments.Rate} quotes a second each, seed {arguments.Terminal.Seed}; Ctrl-C stops"
                : $"replaying {arguments.Replay} at {(double.IsPositiveInfinity(arguments.Speed) ? "full speed" : $"{arguments.Speed}x")}; Ctrl-C stops");
            return await Watch(terminals, arguments.Quiet, time, output, stop.Task);
        }
        finally
        {
            foreach (var terminal in terminals)
                await terminal.DisposeAsync();
        }
    }

    private static async Task<int> Watch(List<SimulatedTerminal> terminals, bool quiet, TimeProvider time, TextWriter output, Task stop)
    {
        using var timer = new PeriodicTimer(ReportInterval, time);
        var failed = Task.WhenAny(terminals.Select(t => t.Ended));
        var market = Task.WhenAll(terminals.Select(t => t.MarketEnded));
        var tick = timer.WaitForNextTickAsync().AsTask();
        var marketTold = false;
        while (true)
        {
            if (marketTold)
                await Task.WhenAny(stop, failed, tick);
            else
                await Task.WhenAny(stop, failed, market, tick);
            if (stop.IsCompleted)
            {
                await output.WriteLineAsync("stopped");
                return 0;
            }
            if (failed.IsCompleted)
            {
                await output.WriteLineAsync($"a terminal failed: {(await failed).Exception?.GetBaseException().Message}");
                return 1;
            }
            if (market.IsCompleted && !marketTold)
            {
                marketTold = true;
                await output.WriteLineAsync(market.IsFaulted ? $"the replay stops here: {market.Exception!.GetBaseException().Message}" : "the replay is over; the last prices stand");
            }
            if (!tick.IsCompleted)
                continue;
            tick = timer.WaitForNextTickAsync().AsTask();
            if (quiet)
                continue;
            var all = terminals.ConvertAll(t => t.Statistics);
            await output.WriteLineAsync($"quotes {all.Sum(s => s.Quotes)}, sent {all.Sum(s => s.FramesSent)}, dropped {all.Sum(s => s.FramesDropped)}, " +
                $"requests {all.Sum(s => s.Requests)}, trades {all.Sum(s => s.Trades)}, disconnections {all.Sum(s => s.Disconnections)}");
        }
    }
}
