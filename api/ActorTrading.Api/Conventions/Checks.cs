using System.Collections.Immutable;
using System.Text.Json;

namespace ActorTrading.Api.Conventions;

/// <summary>Collects everything that is wrong with a request, so that a client hears it at once.</summary>
public sealed class Checks
{
    /// <summary>Larger amounts of money, prices and volumes than this are mistakes.</summary>
    public const decimal LargestNumber = 1_000_000_000_000m;

    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public void Add(string field, string message)
    {
        if (!_errors.TryGetValue(field, out var messages))
            _errors[field] = messages = [];
        messages.Add(message);
    }

    /// <summary>What the domain has found.</summary>
    public void AddAll(IEnumerable<Domain.FieldError> errors)
    {
        foreach (var error in errors)
            Add(error.Field, error.Message);
    }

    public void That(bool holds, string field, string message)
    {
        if (!holds)
            Add(field, message);
    }

    public T Required<T>(T? value, string field) where T : struct
    {
        if (value is null)
            Add(field, "is required.");
        return value ?? default;
    }

    public string Text(string? value, string field, int longest, int shortest = 1)
    {
        if (value is null)
            Add(field, "is required.");
        else if (value.Length < shortest || value.Length > longest)
            Add(field, $"must be {shortest} to {longest} characters, has {value.Length}.");
        else if (value.Any(char.IsControl))
            Add(field, "must not hold control characters.");
        return value ?? "";
    }

    public string? OptionalText(string? value, string field, int longest)
    {
        if (value is not null)
            Text(value, field, longest, 0);
        return value;
    }

    /// <summary>Above zero, at most <see cref="LargestNumber"/>, at most eight decimals.</summary>
    public decimal Positive(decimal? value, string field)
    {
        if (value is null)
            Add(field, "is required.");
        else
            OptionalPositive(value, field);
        return value ?? 0;
    }

    public decimal? OptionalPositive(decimal? value, string field)
    {
        if (value is not { } v)
            return null;
        if (v is <= 0 or > LargestNumber)
            Add(field, $"must be above 0 and at most {LargestNumber:0}, was {v}.");
        else if (decimal.Round(v, 8) != v)
            Add(field, $"must have at most 8 decimals, was {v}.");
        return v;
    }

    /// <summary>JSON that is kept as it was sent: what the database would not take is refused.</summary>
    public void Json(JsonElement value, string field)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Json(member.Value, Member(member, field));
                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                    Json(item, $"{field}[{i}]");
                break;
            case JsonValueKind.String:
                Text(value.GetString, field);
                break;
            case JsonValueKind.Number:
                // What underflows to nothing has more decimals than the database holds.
                That(value.TryGetDouble(out var number) && double.IsFinite(number) && (number != 0 || !value.GetRawText().TakeWhile(c => c is not ('e' or 'E')).Any(c => c is >= '1' and <= '9')),
                    field, "is out of range.");
                break;
        }
    }

    /// <returns>The path of an object's member, whose name is checked like a text.</returns>
    public string Member(JsonProperty member, string field) => $"{field}.{Text(() => member.Name, field)}";

    private string Text(Func<string?> read, string field)
    {
        string text;
        try
        {
            text = read() ?? "";
        }
        catch (InvalidOperationException)
        {
            Add(field, TextConverter.NoHalf);
            return "";
        }
        That(!text.Contains('\0'), field, TextConverter.NoNul);
        return text.Replace("\0", "");
    }

    public int? OptionalCount(int? value, string field, int least, int most)
    {
        if (value < least || value > most)
            Add(field, $"must be {least} to {most}, was {value}.");
        return value;
    }

    /// <summary>A symbol's name: 1 to 32 letters, digits or <c>. _ - # / ! &amp; + $</c>.</summary>
    public string Symbol(string? value, string field)
    {
        if (value is null)
            Add(field, "is required.");
        else if (!IsSymbol(value))
            Add(field, "must be a symbol such as EURUSD.");
        return value ?? "";
    }

    public static bool IsSymbol(string value) =>
        value.Length is >= 1 and <= 32 && value.All(c => char.IsAsciiLetterOrDigit(c) || ".-_#/!&+$".Contains(c));

    /// <exception cref="ApiException">400 with every error found.</exception>
    public void Throw()
    {
        if (_errors.Count == 0)
            return;
        var (field, messages) = _errors.First();
        throw new ApiException(400, ProblemCodes.ValidationFailed, $"{field}: {messages[0]}")
        {
            Errors = _errors.ToImmutableDictionary(e => e.Key, e => e.Value.ToImmutableArray()),
        };
    }
}
