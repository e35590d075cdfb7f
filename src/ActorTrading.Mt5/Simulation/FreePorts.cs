using System.Net;
using System.Net.Sockets;

namespace ActorTrading.Mt5.Simulation;

/// <summary>Ports of this machine that nobody listens on: a simulated terminal needs four in a row.</summary>
public static class FreePorts
{
    private const int TriesMax = 500;

    /// <summary>The first of so many free ports in a row, from the wished one upwards.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static int Block(int wished, int count)
    {
        for (var first = wished; first < wished + TriesMax * count && first + count < 65536; first += count)
        {
            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }

        throw new IOException($"There are no {count} free ports in a row from {wished} upwards.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
