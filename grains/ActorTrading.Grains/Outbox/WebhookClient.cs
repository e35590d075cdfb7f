using System.Net;
using System.Net.Sockets;

namespace ActorTrading.Grains;

/// <param name="AllowPrivate">Lets webhooks reach loopback and private addresses, and ports besides 80 and 443: for an installation whose users are its own.</param>
public sealed record WebhookSettings(bool AllowPrivate);

/// <summary>An HTTP client that cannot be made to call into the network it stands in: the address is judged after the name is resolved, and no redirect is followed.</summary>
public sealed class WebhookClient : IDisposable
{
    private readonly WebhookSettings _settings;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    /// <param name="resolve">Finds a name's addresses; the system's resolver where it is left out.</param>
    public WebhookClient(WebhookSettings settings, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _settings = settings;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        Http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        });
    }

    public HttpClient Http { get; }

    /// <summary>Why an address cannot be a webhook's, or null.</summary>
    public string? Problem(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return $"'{url}' is no http or https address.";
        }

        if (!_settings.AllowPrivate && uri.Port is not (80 or 443))
        {
            return $"Port {uri.Port} is not allowed; webhooks are called on 80 and 443.";
        }

        if (uri.UserInfo.Length > 0)
        {
            return "A webhook's address must not hold a user or password.";
        }

        return !_settings.AllowPrivate && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !IsPublic(address)
            ? $"{address} is not a public address."
            : null;
    }

    /// <summary>Whether an address belongs to the public IPv4 internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            return false;
        }

        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return !(b[0] is 0 or 10 or 127 or >= 224
            || (b[0] == 100 && b[1] is >= 64 and <= 127)
            || (b[0] == 169 && b[1] == 254)
            || (b[0] == 172 && b[1] is >= 16 and <= 31)
            || (b[0] == 192 && b[1] == 168)
            || (b[0] == 192 && b[1] == 0 && b[2] is 0 or 2)
            || (b[0] == 198 && b[1] is 18 or 19)
            || (b[0] == 198 && b[1] == 51 && b[2] == 100)
            || (b[0] == 203 && b[1] == 0 && b[2] == 113));
    }

    public void Dispose() => Http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        // Asked for once: the address that was judged is the one that is called, whatever the name stands for a moment later.
        var addresses = await _resolve(context.DnsEndPoint.Host, cancellation);
        var address = addresses.FirstOrDefault(a => _settings.AllowPrivate || IsPublic(a))
            ?? throw new HttpRequestException($"{context.DnsEndPoint.Host} has no public IPv4 address.");
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
