using System.Globalization;
using ActorTrading.Pine.Bars;

namespace ActorTrading.Pine.Runtime;

/// <summary>The values of a run's inputs: what the caller gave, checked, else the defaults.</summary>
internal static class InputValues
{
    private static readonly string[] Sources = ["open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4", "hlcc4"];

    /// <exception cref="PineRuntimeException">A value that is of the wrong kind, out of range or no option, or that no input asks for.</exception>
    public static void Resolve(IReadOnlyList<InputDefinition> inputs, IReadOnlyDictionary<string, object> given, ZoneClock zone, object?[] values)
    {
        var used = new HashSet<string>();
        for (int i = 0; i < inputs.Count; i++)
        {
            var input = inputs[i];
            object? value = input is { DefaultIsLocal: true, Default: double local } ? (double)zone.ToUtc((long)local) : input.Default;
            foreach (var name in (string[])[input.Title, input.Name])
            {
                if (name.Length == 0 || !given.TryGetValue(name, out var chosen)) continue;
                used.Add(name);
                value = Read(input, name, chosen);
                break;
            }
            values[i] = Held(input, value);
        }
        foreach (var name in given.Keys)
            if (!used.Contains(name)) throw new PineRuntimeException($"The script has no input '{name}'.{Checking.Names.Suggest(name, inputs.SelectMany(i => (string[])[i.Title, i.Name]).Where(n => n.Length > 0))}");
    }

    /// <summary>How the script holds it: a source as its number, an enum as its member's.</summary>
    private static object? Held(InputDefinition input, object? value) => input.Kind switch
    {
        InputKind.Source => (double)Math.Max(0, Array.IndexOf(Sources, value as string)),
        InputKind.Enum => (double)Math.Max(0, input.Options!.ToList().IndexOf(value!)),
        _ => value,
    };

    private static object Read(InputDefinition input, string name, object value)
    {
        object result = input.Kind switch
        {
            InputKind.Bool => value is bool b ? b : bool.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), out b) ? b : throw Wrong(name, value, "true or false"),
            InputKind.Int or InputKind.Time => Number(name, value) is var n && n == Math.Floor(n) ? n : throw Wrong(name, value, "a whole number"),
            InputKind.Float or InputKind.Price or InputKind.Color => Number(name, value),
            InputKind.Source => Sources.Contains(value as string) ? value : throw Wrong(name, value, "one of " + string.Join(", ", Sources)),
            InputKind.Timeframe => value is string t && (t.Length == 0 || Timeframe.TryParse(t, out _)) ? t : throw Wrong(name, value, "a timeframe"),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        if (result is double number)
        {
            if (number < input.Min) throw Wrong(name, value, $"at least {input.Min}");
            if (number > input.Max) throw Wrong(name, value, $"at most {input.Max}");
        }
        if (input.Options is { } options && !options.Contains(result)) throw Wrong(name, value, "one of " + string.Join(", ", options));
        return result;
    }

    private static double Number(string name, object value)
    {
        if (value is bool) throw Wrong(name, value, "a number");
        return double.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number : throw Wrong(name, value, "a number");
    }

    private static PineRuntimeException Wrong(string name, object value, string right) => new($"Input '{name}' cannot be '{value}': it must be {right}.");
}
