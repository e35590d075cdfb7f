using ActorTrading.Api.Auth;
using ActorTrading.Api.Endpoints;
using ActorTrading.Api.Limits;
using ActorTrading.Api.Realtime.Quotes;
using Microsoft.Extensions.Configuration;

namespace ActorTrading.Api;

/// <summary>Everything that the configuration may say about the API, by section.</summary>
public sealed class ApiOptions
{
    public AuthOptions Auth { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public FanoutOptions Fanout { get; init; } = new();

    public DemoOptions Demo { get; init; } = new();

    public CorsOptions Cors { get; init; } = new();

    public ProxyOptions Proxy { get; init; } = new();

    public WebhookOptions Webhooks { get; init; } = new();

    /// <exception cref="InvalidOperationException">A setting cannot be meant; the message names it.</exception>
    public static ApiOptions From(IConfiguration configuration)
    {
        var options = new ApiOptions();
        configuration.GetSection("Auth").Bind(options.Auth);
        configuration.GetSection("Limits").Bind(options.Limits);
        configuration.GetSection("Fanout").Bind(options.Fanout);
        configuration.GetSection("Demo").Bind(options.Demo);
        configuration.GetSection("Cors").Bind(options.Cors);
        configuration.GetSection("Proxy").Bind(options.Proxy);
        configuration.GetSection("Webhooks").Bind(options.Webhooks);
        options.Check();
        return options;
    }
}

/// <summary>Section <c>Webhooks</c>, of which the sender reads the same.</summary>
public sealed class WebhookOptions
{
    /// <summary>Whether users may name loopback and private addresses, and ports besides 80 and 443.</summary>
    public bool AllowPrivate { get; set; }
}

/// <summary>Section <c>Cors</c>: pages from elsewhere that may call the API.</summary>
public sealed class CorsOptions
{
    /// <summary>Origins such as <c>https://app.example.com</c>; none by default.</summary>
    public List<string> Origins { get; set; } = [];
}
