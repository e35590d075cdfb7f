using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;

namespace ActorTrading.Api.Limits;

/// <summary>Section <c>Proxy</c>: who may say on whose behalf a request comes. Nobody by default.</summary>
public sealed class ProxyOptions
{
    /// <summary>Addresses (<c>10.0.0.5</c>) or networks (<c>10.0.0.0/8</c>) of the proxies in front.</summary>
    public List<string> Known { get; set; } = [];

    /// <summary>How many of them stand one behind the other.</summary>
    public int Hops { get; set; } = 1;

    /// <summary>
    /// Takes the client's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of a known proxy; from anybody
    /// else they are ignored, or a client could choose the address that its limits count by.
    /// </summary>
    /// <exception cref="InvalidOperationException">An entry is neither an address nor a network, or Hops is not 1 to 10.</exception>
    internal void Use(IApplicationBuilder app)
    {
        if (Known.Count == 0)
            return;
        if (Hops is < 1 or > 10)
            throw new InvalidOperationException($"Proxy:Hops is {Hops}; 1 to 10 is right.");
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = Hops };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var known in Known)
        {
            if (IPAddress.TryParse(known, out var address))
                options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(known, out var network))
                options.KnownIPNetworks.Add(network);
            else
                throw new InvalidOperationException($"Proxy:Known has '{known}', which is neither an address such as 10.0.0.5 nor a network such as 10.0.0.0/8.");
        }
        app.UseForwardedHeaders(options);
    }
}
