using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrading.Domain;

namespace ActorTrading.Api.Conventions;

/// <summary>A field of a change: left out, null, or a value. Leaving out keeps what is there; null takes it away.</summary>
[JsonConverter(typeof(GivenConverterFactory))]
public readonly record struct Given<T>(bool IsGiven, T? Value)
{
    public T? Or(T? kept) => IsGiven ? Value : kept;

    /// <summary>That value where this is left out.</summary>
    public KeptValues Kept(KeptValues value) => IsGiven ? KeptValues.None : value;
}

internal static class Given
{
    /// <summary>The type of the value, without its null; null where it is no such field.</summary>
    public static Type? ValueOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Given<>)
        ? Nullable.GetUnderlyingType(type.GetGenericArguments()[0]) ?? type.GetGenericArguments()[0]
        : null;
}

internal sealed class GivenConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => Given.ValueOf(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(GivenConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class GivenConverter<T> : JsonConverter<Given<T>>
    {
        public override bool HandleNull => true;

        public override Given<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            // The inner converter and not a serializer of its own, which would forget in which field this is.
            new(true, reader.TokenType == JsonTokenType.Null ? default : ((JsonConverter<T>)options.GetConverter(typeof(T))).Read(ref reader, typeof(T), options));

        public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Value, options);
    }
}
