using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Postgres.Private;

/// <summary>A server that ends by itself is started again.</summary>
public sealed partial class PrivatePostgres
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource disposing = new();
    private Task watching = Task.CompletedTask;
    private ILogger? keeper;

    /// <summary>
    /// From now on a server that ends without having been told to, killed for its memory or crashed, is started again: at once, then at growing pauses
    /// of up to half a minute. What was under way at it is lost to whoever asked, as with any server's restart; what was committed is there.
    /// </summary>
    public void KeepRunning(ILogger log)
    {
        keeper = log;
        if (server is not null) Watch(server);
    }

    private void Watch(Process process)
    {
        if (keeper is { } log && !disposing.IsCancellationRequested) watching = KeepAsync(process, log);
    }

    private async Task KeepAsync(Process process, ILogger log)
    {
        try
        {
            await process.WaitForExitAsync(disposing.Token);
            await turn.WaitAsync(disposing.Token);
            try
            {
                // Whoever stops it takes it away in the same turn.
                if (server != process) return;
                log.LogError("The private PostgreSQL has ended by itself ({Code}); it is started again. Its log is {Log}", process.ExitCode, LogFile);
                await StartAgainAsync(log);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            // It need not run any longer.
        }
    }

    private async Task StartAgainAsync(ILogger log)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await StopCoreAsync(disposing.Token);
                await StartCoreAsync(disposing.Token);
                log.LogInformation("The private PostgreSQL runs again");
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                log.LogError("The private PostgreSQL could not be started again, which is tried once more in {Pause}: {Reason}", pause, error.Message);
            }
            await Task.Delay(pause, time, disposing.Token);
        }
    }
}
