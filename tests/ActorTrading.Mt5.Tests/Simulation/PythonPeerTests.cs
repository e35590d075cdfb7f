using System.Diagnostics;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Tests.Simulation;

/// <summary>The simulated terminal as seen by a ZeroMQ implementation's user who knows nothing of this project.</summary>
public sealed class PythonPeerTests
{
    /// <summary>The system's own python first: that is where a distribution's python3-zmq goes; then whatever the path has, such as one unpacked by <c>./test</c>.</summary>
    private static readonly string[] Pythons = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3",
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "python3"))];

    internal static readonly string? Python = Pythons.FirstOrDefault(HasZmq);

    private static bool HasZmq(string python)
    {
        if (!File.Exists(python))
            return false;
        using var process = Start(python, "-c", "import zmq");
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static Process Start(string file, params string[] arguments)
    {
        var info = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }

    [PythonFact]
    public async Task A_python_client_gets_what_the_protocol_promises()
    {
        var options = new SimulatedTerminalOptions { PortBase = 0, Instruments = [SimulatedPair.Eurusd] };
        await using var terminal = new SimulatedTerminal(options, new NoQuotes(), new ManualTime(SimulatedPair.Start));
        terminal.Start();
        await terminal.PushQuote(new Quote("EURUSD", 1.1m, 1.1001m, SimulatedPair.Start.AddSeconds(1)));
        var at = terminal.ClientOptions;
        using var peer = Start(Python!, Path.Combine(AppContext.BaseDirectory, "Simulation", "peer.py"),
            $"{at.RequestPort}", $"{at.ReplyPort}", $"{at.StreamPort}", $"{at.EventPort}");
        var lines = new List<string>();
        while (await peer.StandardOutput.ReadLineAsync().OrHang() is { } line)
        {
            lines.Add(line);
            if (line == "ready")
                await terminal.PushQuote(new Quote("EURUSD", 1.1m, 1.1001m, SimulatedPair.Start.AddSeconds(2)));
        }
        (await peer.StandardError.ReadToEndAsync().OrHang()).ShouldBeEmpty();
        lines.ShouldBe(
        [
            "reset False", "config ERR_SUCCESS", "ready", "tick CONNECTED EURUSD 3", "malformed 65537 65538",
            "trade False 10009 TRADE_RETCODE_DONE 0.1", "event python:1 10009 True", "positions [('EURUSD', 'POSITION_TYPE_BUY', 0.1)]",
            "closed 10009", "none {'positions': []}", "deals ['balance', 'buy', 'sell']", "account USD 1 0.0",
        ]);
        (await terminal.GetAuditAsync()).Select(a => a.ClientOrderId).ShouldBe(["python:1", "python:2"]);
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute() => Skip = PythonPeerTests.Python is null ? "needs a system python3 with zmq (apt-get install python3-zmq)" : null;
}
