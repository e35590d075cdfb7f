using System.Net;
using System.Net.Sockets;

namespace ActorTrading.Silo;

/// <summary>The port that is served on this machine.</summary>
internal static class ListeningPort
{
    /// <summary>Looked at before anything else is started, so that whoever has two of us on one port is told so and nothing more.</summary>
    /// <exception cref="StartupException">Another program has it, or this user may not.</exception>
    public static void Require(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new StartupException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"Port {port} is in use by another program. Stop that, or choose another port with --port.",
                SocketError.AccessDenied => $"Port {port} is not for this user. Choose one above 1023 with --port.",
                _ => $"Port {port} cannot be served: {e.Message}. Choose another with --port.",
            });
        }
    }
}
