using System.Diagnostics;

namespace ActorTrading.Postgres.Private;

/// <summary>Runs a short program to its end.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it and throws what it said when it fails.</summary>
    public static void Run(string[] command)
    {
        var code = TryRun(command, out var output);
        if (code != 0) throw new PrivatePostgresException($"'{string.Join(' ', command)}' ended with {code}: {output.Trim()}");
    }

    public static int TryRun(string[] command, out string output)
    {
        using var process = Start(command, keepInput: false);
        var error = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new PrivatePostgresException($"'{string.Join(' ', command)}' did not end within {Limit.TotalSeconds} s.");
        }
        output += error.GetAwaiter().GetResult();
        return process.ExitCode;
    }

    /// <summary>Starts it; with <paramref name="keepInput"/> its standard input stays open for as long as this process lives.</summary>
    public static Process Start(string[] command, bool keepInput)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = !keepInput,
            RedirectStandardError = !keepInput,
            // The server's messages are read by us, so they must be in one language; the folder must be one that its user may enter.
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(inherited);
        var process = Process.Start(start) ?? throw new PrivatePostgresException($"'{command[0]}' could not be started.");
        if (!keepInput) process.StandardInput.Close();
        return process;
    }
}
