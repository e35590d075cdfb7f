using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ActorTrading.Api.Conventions;

/// <summary>A value that could be read as JSON but not as what the field holds; <see cref="Reason"/> is fit for the client.</summary>
public sealed class FieldJsonException : JsonException
{
    /// <param name="member">The field, where the serialiser has passed it already when it is found wrong and no longer has it in the path.</param>
    public FieldJsonException(string reason, string? member = null) : base(reason) => (Reason, Member) = (reason, member);

    public string Reason { get; }
    public string? Member { get; }
}

/// <summary>How the API speaks JSON: camelCase, enums as camelCase strings, times as ISO 8601 UTC with Z, decimals as numbers.</summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Freeze(Configure(new()));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(Misspellings.Notice);
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 16;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new TextConverter());
        options.Converters.Add(new EnumConverterFactory());
        options.Converters.Add(new UtcTimeConverter());
        options.Converters.Add(new GuidConverter());
        return options;
    }

    private static JsonSerializerOptions Freeze(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary><c>2026-11-20T23:14:25.123Z</c>: milliseconds, always UTC.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads an ISO 8601 time; one without an offset is taken as UTC.</summary>
    public static bool TryTime(string? text, out DateTimeOffset time) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}

/// <summary>Text that can be stored: without U+0000, which PostgreSQL does not take, and without half a surrogate pair.</summary>
internal sealed class TextConverter : JsonConverter<string>
{
    public const string NoNul = "must not hold the character U+0000.";
    public const string NoHalf = "must be valid Unicode: half a surrogate pair is not.";

    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new FieldJsonException("must be a text.");

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Text(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    private static string Text(ref Utf8JsonReader reader)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FieldJsonException(NoHalf);
        }
        return text.Contains('\0') ? throw new FieldJsonException(NoNul) : text;
    }
}

internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ApiJson.TryTime(reader.GetString(), out var time)
            ? time
            : throw new FieldJsonException("must be an ISO 8601 time such as 2026-01-31T12:00:00Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(ApiJson.Time(value));
}

internal sealed class GuidConverter : JsonConverter<Guid>
{
    public override Guid Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id) ? id : throw new FieldJsonException("must be a UUID.");

    public override void Write(Utf8JsonWriter writer, Guid value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Enums as camelCase names only: a number, or a name that is not there, is refused with the names that are.</summary>
internal sealed class EnumConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(typeToConvert))!;
}

internal sealed class EnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && EnumNames<T>.TryParse(reader.GetString(), out var value)
            ? value
            : throw new FieldJsonException($"must be one of {EnumNames<T>.All}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumNames<T>.NameOf(value));
}

/// <summary>The camelCase names of an enum, for bodies and queries alike.</summary>
public static class EnumNames<T> where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()), StringComparer.Ordinal);
    private static readonly Dictionary<T, string> Names = Values.ToDictionary(e => e.Value, e => e.Key);

    public static string All { get; } = string.Join(", ", Values.Keys);

    public static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && Values.TryGetValue(name, out value);
    }

    public static string NameOf(T value) => Names.TryGetValue(value, out var name) ? name : value.ToString();
}
