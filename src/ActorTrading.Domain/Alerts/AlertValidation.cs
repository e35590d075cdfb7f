using System.Globalization;
using System.Net;

namespace ActorTrading.Domain;

/// <summary>Says what is wrong with an alert before it is stored.</summary>
public static class AlertValidation
{
    public const decimal MaxValue = 1_000_000_000m;
    public const int MaxBarsBack = 500;
    public const int MaxUrlLength = 2000;

    private static readonly string[] Timeframes =
    [
        "M1", "M2", "M3", "M4", "M5", "M6", "M10", "M12", "M15", "M20", "M30",
        "H1", "H2", "H3", "H4", "H6", "H8", "H12", "D1", "W1", "MN1",
    ];

    /// <summary>Every error found; empty for a good definition.</summary>
    /// <param name="allowPrivate">Whether webhooks may go to private addresses and any port.</param>
    public static IReadOnlyList<FieldError> Validate(AlertDefinition alert, DateTimeOffset now, bool allowPrivate = false)
    {
        var errors = new List<FieldError>();
        if (alert.Symbol is not { Length: >= 1 and <= 32 } || alert.Symbol.Any(c => c <= ' ' || c > '~'))
            errors.Add(new("symbol", "INVALID_SYMBOL", $"'{alert.Symbol}' is not a symbol: 1 to 32 visible ASCII characters are."));
        if (!Enum.IsDefined(alert.Condition))
            errors.Add(new("condition", "UNKNOWN_CONDITION", $"{(int)alert.Condition} is not a condition: {Choices.Of<AlertCondition>()} are."));
        if (!Enum.IsDefined(alert.Price))
            errors.Add(new("price", "UNKNOWN_PRICE", $"{(int)alert.Price} is not a price: {Choices.Of<PriceSource>()} are."));
        if (!Enum.IsDefined(alert.Trigger))
            errors.Add(new("trigger", "UNKNOWN_TRIGGER", $"{(int)alert.Trigger} is not a trigger: {Choices.Of<AlertTrigger>()} are."));
        CheckValues(alert, errors);
        CheckTimeframe(alert, errors);
        if (alert.ExpiresAt <= now)
            errors.Add(new("expiresAt", "EXPIRED", $"{alert.ExpiresAt:O} is past: it is {now:O}."));
        CheckMessage(alert.Message, errors);
        CheckChannels(alert, allowPrivate, errors);
        return errors;
    }

    private static void CheckValues(AlertDefinition alert, List<FieldError> errors)
    {
        if (alert.Value is <= 0 or > MaxValue)
            errors.Add(new("value", "OUT_OF_RANGE", $"{Number(alert.Value)} is out of range: above 0 and at most {MaxValue} is right."));
        else if (alert.Condition == AlertCondition.MovingDownPct && alert.Value >= 100)
            errors.Add(new("value", "OUT_OF_RANGE", $"A price cannot fall by {Number(alert.Value)} %: below 100 is right."));
        else if (alert.Condition == AlertCondition.MovingUpPct && alert.Value > 10_000)
            errors.Add(new("value", "OUT_OF_RANGE", $"{Number(alert.Value)} % is too much: at most 10000 is right."));
        if (alert.IsChannel)
        {
            if (alert.Value2 is not { } upper)
                errors.Add(new("value2", "REQUIRED", "A channel needs its upper bound in value2."));
            else if (upper <= alert.Value || upper > MaxValue)
                errors.Add(new("value2", "OUT_OF_RANGE", $"{Number(upper)} is not an upper bound: above value ({Number(alert.Value)}) and at most {MaxValue} is right."));
        }
        else if (alert.Value2 is not null)
        {
            errors.Add(new("value2", "NOT_USED", "Only the channel conditions have a value2; leave it out."));
        }
    }

    private static void CheckTimeframe(AlertDefinition alert, List<FieldError> errors)
    {
        if (alert.Timeframe is null)
        {
            if (alert.IsMoving || alert.Trigger is AlertTrigger.OncePerBar or AlertTrigger.OncePerBarClose)
                errors.Add(new("timeframe", "REQUIRED", $"The moving conditions and the bar triggers need a timeframe: one of {string.Join(", ", Timeframes)}."));
        }
        else if (!Timeframes.Contains(alert.Timeframe))
        {
            errors.Add(new("timeframe", "UNKNOWN_TIMEFRAME", $"'{Shorten(alert.Timeframe)}' is not a timeframe: {string.Join(", ", Timeframes)} are."));
        }
        if (alert.BarsBack is < 1 or > MaxBarsBack)
            errors.Add(new("barsBack", "OUT_OF_RANGE", $"{alert.BarsBack} is out of range: 1 to {MaxBarsBack} is right."));
    }

    private static void CheckMessage(string? message, List<FieldError> errors)
    {
        if (message is null)
            return;
        if (message.Length > AlertMessage.MaxLength)
            errors.Add(new("message", "TOO_LONG", $"The message has {message.Length} characters: at most {AlertMessage.MaxLength} is right."));
        else if (AlertMessage.FindUnknownPlaceholder(message) is { } unknown)
            errors.Add(new("message", "UNKNOWN_PLACEHOLDER", $"'{{{{{Shorten(unknown)}}}}}' is not a placeholder: ticker, price, close, time, interval, condition, value, value2, id are."));
    }

    private static void CheckChannels(AlertDefinition alert, bool allowPrivate, List<FieldError> errors)
    {
        var channels = alert.Channels ?? [];
        if (channels.Any(channel => !Enum.IsDefined(channel)))
            errors.Add(new("channels", "UNKNOWN_CHANNEL", $"Channels are {Choices.Of<AlertChannel>()}."));
        if (channels.Distinct().Count() != channels.Count)
            errors.Add(new("channels", "DUPLICATE", "A channel is named twice; once is right."));
        if (alert.WebhookUrl is null)
        {
            if (channels.Contains(AlertChannel.Webhook))
                errors.Add(new("webhookUrl", "REQUIRED", "The webhook channel needs a webhookUrl."));
        }
        else if (CheckWebhook(alert.WebhookUrl, allowPrivate) is { } message)
        {
            errors.Add(new("webhookUrl", "INVALID_URL", message));
        }
    }

    /// <summary>What can be said of a webhook's address without resolving it; the sender checks the resolved address again.</summary>
    private static string? CheckWebhook(string url, bool allowPrivate)
    {
        if (url.Length > MaxUrlLength || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return $"'{Shorten(url)}' is not an absolute address of at most {MaxUrlLength} characters.";
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            return $"'{uri.Scheme}' is not allowed: http and https are.";
        if (!allowPrivate && uri.Port is not (80 or 443))
            return $"Port {uri.Port} is not allowed: 80 and 443 are.";
        if (uri.UserInfo.Length > 0)
            return "A user name or password in the address is not allowed.";
        if (allowPrivate)
            return null;
        if (uri.HostNameType == UriHostNameType.IPv6)
            return "IPv6 addresses are not allowed: a host name or a public IPv4 address is.";
        if (uri.IsLoopback || (IPAddress.TryParse(uri.Host, out var address) && IsPrivate(address)))
            return $"'{uri.Host}' is not a public address.";
        return null;
    }

    private static bool IsPrivate(IPAddress address)
    {
        var b = address.GetAddressBytes();
        return b.Length != 4 || b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 172 && b[1] is >= 16 and <= 31) || (b[0] == 192 && b[1] == 168)
            || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && b[1] is >= 64 and <= 127);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
