using System.Net.Sockets;

namespace ActorTrading.Postgres.Tests.Ledger;

/// <summary>
/// Stands between a client and the server's Unix socket. Once armed, it lets the next request through, waits until the server has answered, and cuts both
/// connections without passing the answer on: the worst moment to lose a connection, because everything is committed and the client cannot know.
/// </summary>
public sealed class LossyProxy : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actortrading-proxy-").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint server;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private volatile bool armed;
    private int cuts;

    public LossyProxy(string serverFolder, int port)
    {
        server = new UnixDomainSocketEndPoint(Path.Combine(serverFolder, $".s.PGSQL.{port}"));
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, $".s.PGSQL.{port}")));
        listener.Listen();
        accepting = AcceptAsync();
    }

    public string Folder => folder;
    public int Cuts => cuts;

    public void LoseNextAnswer() => armed = true;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        Directory.Delete(folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await listener.AcceptAsync(stopping.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        using (client)
        using (var upstream = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await upstream.ConnectAsync(server);
            var doomed = false;
            var up = PumpAsync(client, upstream, () =>
            {
                if (armed) (armed, doomed) = (false, true);
                return true;
            }, both);
            var down = PumpAsync(upstream, client, () =>
            {
                if (doomed) Interlocked.Increment(ref cuts);
                return !doomed;
            }, both);
            await Task.WhenAll(up, down);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Func<bool> pass, CancellationTokenSource both)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, both.Token) is var count and > 0)
            {
                if (!pass()) break;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), both.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other direction has ended.
        }
        await both.CancelAsync();
    }
}
