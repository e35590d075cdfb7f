using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorTrading.Domain;

/// <summary>The one JSON form of domain records, in the ledger, between silos and at the API: camelCase, enums as camelCase strings, no nulls.</summary>
public static class DomainJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
