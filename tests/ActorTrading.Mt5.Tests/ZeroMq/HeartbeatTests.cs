using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Tests.ZeroMq;

/// <summary>What goes over the wire, read by a peer that knows the protocol (ZMTP 3.1) and nothing of libzmq.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public async Task A_connection_asks_its_peer_to_drop_it_when_it_falls_silent()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var context = new ZmqContext();
        using var socket = context.CreateSocket(ZmqSocketType.Pull);
        socket.Heartbeat(TimeSpan.FromSeconds(3));
        socket.Connect($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var peer = await listener.AcceptTcpClientAsync(limit.Token);
        var stream = peer.GetStream();

        // Greeting: signature, version 3.1, mechanism NULL; then READY as a PUSH socket.
        var greeting = new byte[64];
        (greeting[0], greeting[9], greeting[10], greeting[11]) = (0xFF, 0x7F, 3, 1);
        "NULL"u8.CopyTo(greeting.AsSpan(12));
        await stream.WriteAsync(greeting, limit.Token);
        await stream.ReadExactlyAsync(new byte[64], limit.Token);
        byte[] ready = [5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 4, .. "PUSH"u8];
        await stream.WriteAsync((byte[])[4, (byte)ready.Length, .. ready], limit.Token);

        while (true)
        {
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, limit.Token);
            var body = new byte[head[1]];
            await stream.ReadExactlyAsync(body, limit.Token);
            if (head[0] == 4 && Encoding.ASCII.GetString(body, 1, body[0]) == "PING")
            {
                BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(5)).ShouldBe((ushort)30, "tenths of a second");
                return;
            }
        }
    }
}
