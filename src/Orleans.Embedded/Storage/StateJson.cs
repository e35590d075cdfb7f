using System.Text.Json;

namespace Orleans.Embedded.Storage;

/// <summary>How state is written: plain JSON, so that it can be read without this program.</summary>
internal static class StateJson
{
    internal static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { IncludeFields = true };
}
