using System.Text.Json.Nodes;

namespace ActorTrading.Api.Tests.Conventions;

/// <summary>The objects in a described body: where they are, and which of their fields are called required.</summary>
internal sealed class DescribedBodies(JsonObject document)
{
    public JsonObject Paths => document["paths"]!.AsObject();

    /// <summary>What stands behind a reference, or beside null.</summary>
    public JsonObject Resolve(JsonNode schema) =>
        schema["$ref"] is { } reference ? document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject()
        : schema["oneOf"] is JsonArray choices ? Resolve(choices.Single(choice => choice!["type"]?.ToString() != "null")!)
        : schema.AsObject();

    public static string[] RequiredOf(JsonObject schema) => [.. (schema["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>()).Order(StringComparer.Ordinal)];

    /// <summary>Every object with fields of its own in what the schema describes, by path; <c>[]</c> stands for the items of a list.</summary>
    public IEnumerable<(string Path, JsonObject Schema)> Objects(JsonNode schema, string path = "")
    {
        var here = Resolve(schema);
        if (here["items"] is { } items)
        {
            foreach (var inner in Objects(items, path + "[]"))
                yield return inner;
        }
        if (here["properties"] is not JsonObject properties)
            yield break;
        yield return (path, here);
        foreach (var (name, property) in properties)
        {
            foreach (var inner in Objects(property!, $"{path}.{name}"))
                yield return inner;
        }
    }

    /// <summary>The objects at such a path in a document, each with the path that an error names it by.</summary>
    public static IEnumerable<(string Field, JsonObject Value)> At(JsonNode? node, string path, string field = "")
    {
        if (node is JsonArray list && path.StartsWith("[]", StringComparison.Ordinal))
            return list.SelectMany((item, i) => At(item, path[2..], $"{field}[{i}]"));
        if (node is not JsonObject value)
            return [];
        if (path.Length == 0)
            return [(field, value)];
        var name = path[1..].Split('.', '[')[0];
        return At(value[name], path[(name.Length + 1)..], field.Length == 0 ? name : $"{field}.{name}");
    }
}
