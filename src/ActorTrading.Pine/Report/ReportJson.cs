using System.Text.Json;

namespace ActorTrading.Pine.Report;

/// <summary>The report and plots as JSON, streamed. Numbers are unrounded; what is not a number is null; names are camelCase.</summary>
public static class ReportJson
{
    /// <summary><c>{"summary":{…},"trades":[…],"equity":[…]}</c>; the summary holds the figures of all trades and, nested, of long, short and LEAN.</summary>
    public static void WriteBacktest(Utf8JsonWriter writer, BacktestReport report)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("summary");
        WriteProperties(writer, report.All);
        WriteNumber(writer, "initialCapital", report.InitialCapital);
        writer.WriteString("currency", report.Currency);
        WriteNumber(writer, "buyAndHoldReturn", report.BuyAndHoldReturn);
        WriteNumber(writer, "buyAndHoldReturnPercent", report.BuyAndHoldReturnPercent);
        WriteNumber(writer, "sharpeRatio", report.SharpeRatio);
        WriteNumber(writer, "sortinoRatio", report.SortinoRatio);
        foreach (var (name, part) in new (string, object)[] { ("long", report.Long), ("short", report.Short), ("lean", report.Lean) })
        {
            writer.WriteStartObject(name);
            WriteProperties(writer, part);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteStartArray("trades");
        foreach (var trade in report.Trades)
        {
            writer.WriteStartObject();
            WriteProperties(writer, trade);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        WriteNumbers(writer, "equity", report.Equity);
        writer.WriteEndObject();
    }

    /// <summary><c>{"plots":{"title":[v|null,…]}}</c>; a title used twice is numbered.</summary>
    public static void WritePlots(Utf8JsonWriter writer, IEnumerable<(string Title, double[] Values)> plots)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("plots");
        var used = new HashSet<string>();
        foreach (var (title, values) in plots)
        {
            var name = title;
            for (int i = 2; !used.Add(name); i++) name = $"{title} {i}";
            WriteNumbers(writer, name, values);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter writer, object source)
    {
        foreach (var property in source.GetType().GetProperties())
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            switch (property.GetValue(source))
            {
                case double number: WriteNumber(writer, name, number); break;
                case int number: writer.WriteNumber(name, number); break;
                case long number: writer.WriteNumber(name, number); break;
                case bool flag: writer.WriteBoolean(name, flag); break;
                case var other: writer.WriteString(name, other is Enum ? other.ToString()!.ToLowerInvariant() : other?.ToString()); break;
            }
        }
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, double[] values)
    {
        writer.WriteStartArray(name);
        foreach (double value in values)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
