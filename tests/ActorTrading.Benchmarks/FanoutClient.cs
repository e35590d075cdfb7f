using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorTrading.Benchmarks;

/// <summary>
/// The cheapest WebSocket client that still reads every byte: it unwraps frames, counts the quotes in them and looks at the
/// oldest one's number, which is its bid. A full client would measure itself rather than the server.
/// </summary>
public sealed class FanoutClient : IDisposable
{
    private readonly Socket _socket;
    private readonly long[] _sentAt;
    private readonly byte[] _buffer = new byte[128 * 1024];
    private volatile LatencyHistogram _latencies = new();
    private long _quotes;
    private long _frames;

    private FanoutClient(Socket socket, long[] sentAt) => (_socket, _sentAt) = (socket, sentAt);

    public long Quotes => Volatile.Read(ref _quotes);

    public long Frames => Volatile.Read(ref _frames);

    public LatencyHistogram Latencies => _latencies;

    public static async Task<FanoutClient> ConnectAsync(int port, string path, string? subscribe, long[] sentAt)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        var client = new FanoutClient(socket, sentAt);
        var answer = "";
        while (!answer.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(client._buffer.AsMemory(0, 1));
            if (read == 0)
                throw new IOException($"The server hung up: {answer}");
            answer += (char)client._buffer[0];
        }
        if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            throw new IOException(answer);
        await client.SendAsync("""{"protocol":"json","version":1}""" + '\u001e');
        if (subscribe is not null)
            await client.SendAsync(subscribe);
        return client;
    }

    public void StartMeasuring()
    {
        Volatile.Write(ref _quotes, 0);
        Volatile.Write(ref _frames, 0);
        _latencies = new();
    }

    public async Task ReadAsync()
    {
        var have = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(_buffer.AsMemory(have));
                if (read == 0)
                    return;
                have += read;
                var used = Consume(_buffer.AsSpan(0, have));
                _buffer.AsSpan(used, have - used).CopyTo(_buffer);
                have -= used;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private int Consume(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (bytes.Length - used >= 4)
        {
            int header = 2, length = bytes[used + 1] & 0x7f;
            if (length == 126)
                (header, length) = (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[(used + 2)..]));
            else if (length == 127)
            {
                if (bytes.Length - used < 10)
                    break;
                (header, length) = (10, (int)BinaryPrimitives.ReadUInt64BigEndian(bytes[(used + 2)..]));
            }
            if (header + length > _buffer.Length)
                throw new InvalidOperationException($"A frame of {length} bytes is larger than this client takes.");
            if (bytes.Length - used < header + length)
                break;
            Count(bytes.Slice(used + header, length));
            used += header + length;
        }
        return used;
    }

    private void Count(ReadOnlySpan<byte> payload)
    {
        var at = payload.IndexOf("\"bid\":"u8);
        if (at < 0)
            return;
        Utf8Parser.TryParse(payload[(at + 6)..], out long number, out _);
        _latencies.Add(Stopwatch.GetTimestamp() - _sentAt[number & (_sentAt.Length - 1)]);
        // One brace for each quote and one for each message around them; a message ends with 0x1e.
        _quotes += payload.Count((byte)'{') - payload.Count((byte)0x1e);
        _frames++;
    }

    private async Task SendAsync(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        // A mask of zeros is a mask.
        byte[] header = payload.Length < 126
            ? [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0]
            : [0x81, 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0];
        await _socket.SendAsync((byte[])[.. header, .. payload]);
    }

    public void Dispose() => _socket.Dispose();
}
