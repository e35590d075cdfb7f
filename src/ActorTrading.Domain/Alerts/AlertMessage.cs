using System.Globalization;
using System.Text;

namespace ActorTrading.Domain;

/// <summary>
/// The text of a firing. <c>{{ticker}}</c>, <c>{{price}}</c> (also <c>{{close}}</c>), <c>{{time}}</c> (ISO 8601, UTC),
/// <c>{{interval}}</c>, <c>{{condition}}</c>, <c>{{value}}</c>, <c>{{value2}}</c> and <c>{{id}}</c> are filled in.
/// </summary>
public static class AlertMessage
{
    public const int MaxLength = 4000;

    /// <summary>The message template with its placeholders filled in, or a plain sentence where there is none.</summary>
    public static string Render(AlertDefinition definition, decimal price, DateTimeOffset time)
    {
        if (string.IsNullOrEmpty(definition.Message))
            return Sentence(definition, price);
        var text = new StringBuilder(definition.Message.Length + 32);
        Scan(definition.Message, part => text.Append(part), name => text.Append(ValueOf(name, definition, price, time)));
        return text.ToString();
    }

    /// <summary>The first placeholder that is not known, or null.</summary>
    public static string? FindUnknownPlaceholder(string template)
    {
        string? unknown = null;
        Scan(template, _ => { }, name => unknown ??= ValueOf(name, new AlertDefinition(), 0m, default) is null ? name : null);
        return unknown;
    }

    private static void Scan(string template, Action<string> onText, Action<string> onPlaceholder)
    {
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : template.IndexOf("}}", open + 2, StringComparison.Ordinal);
            if (close < 0)
                break;
            onText(template[at..open]);
            onPlaceholder(template[(open + 2)..close].Trim());
            at = close + 2;
        }
        onText(template[at..]);
    }

    private static string? ValueOf(string name, AlertDefinition definition, decimal price, DateTimeOffset time) => name switch
    {
        "ticker" or "symbol" => definition.Symbol,
        "price" or "close" => PriceText(definition, price),
        "time" => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        "interval" => definition.Timeframe ?? "",
        "condition" => Words(definition.Condition),
        "value" => Number(definition.Value),
        "value2" => definition.Value2 is { } value2 ? Number(value2) : "",
        "id" => definition.Id.ToString(),
        _ => null,
    };

    private static string Sentence(AlertDefinition definition, decimal price)
    {
        var levels = definition.Value2 is { } value2 ? $"{Number(definition.Value)} – {Number(value2)}" : Number(definition.Value);
        var percent = definition.Condition is AlertCondition.MovingUpPct or AlertCondition.MovingDownPct ? " %" : "";
        return $"{definition.Symbol} {Words(definition.Condition)} {levels}{percent}: {definition.Price.ToString().ToLowerInvariant()} {PriceText(definition, price)}";
    }

    // A quote brings zeros along from where it was stored; as many as the level was written with are meant.
    private static string PriceText(AlertDefinition definition, decimal price) =>
        price.ToString("0." + new string('0', Math.Min((int)definition.Value.Scale, 10)) + "##################", CultureInfo.InvariantCulture);

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Words(AlertCondition condition) => condition switch
    {
        AlertCondition.CrossingUp => "crossing up",
        AlertCondition.CrossingDown => "crossing down",
        AlertCondition.GreaterThan => "greater than",
        AlertCondition.LessThan => "less than",
        AlertCondition.EnteringChannel => "entering channel",
        AlertCondition.ExitingChannel => "exiting channel",
        AlertCondition.InsideChannel => "inside channel",
        AlertCondition.OutsideChannel => "outside channel",
        AlertCondition.MovingUp or AlertCondition.MovingUpPct => "moving up",
        AlertCondition.MovingDown or AlertCondition.MovingDownPct => "moving down",
        _ => "crossing",
    };
}
