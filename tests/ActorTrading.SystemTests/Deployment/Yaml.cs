using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ActorTrading.SystemTests.Deployment;

/// <summary>YAML files as JSON: anchors and merges resolved, every scalar as its text.</summary>
internal static class Yaml
{
    /// <exception cref="YamlException">The text is not YAML, or names something twice.</exception>
    public static IReadOnlyList<JsonNode> Read(string path)
    {
        using var text = File.OpenText(path);
        var parser = new MergingParser(new Parser(text));
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (parser.TryConsume<DocumentStart>(out _))
        {
            documents.Add(Node(parser, []) ?? new JsonObject());
            parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private static JsonNode? Node(IParser parser, Dictionary<AnchorName, JsonNode?> anchors)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors[alias.Value]?.DeepClone();
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            var value = scalar.IsPlainImplicit && scalar.Value is "" or "~" or "null" ? null : JsonValue.Create(scalar.Value);
            return Anchored(scalar.Anchor, value, anchors);
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(parser, anchors));
            }

            return Anchored(sequence.Anchor, items, anchors);
        }

        var mapping = parser.Consume<MappingStart>();
        var members = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            var value = Node(parser, anchors);
            if (!members.TryAdd(key.Value, value))
            {
                throw new YamlException(key.Start, key.End, $"'{key.Value}' is there twice.");
            }
        }

        return Anchored(mapping.Anchor, members, anchors);
    }

    private static JsonNode? Anchored(AnchorName anchor, JsonNode? node, Dictionary<AnchorName, JsonNode?> anchors)
    {
        if (!anchor.IsEmpty)
        {
            anchors[anchor] = node?.DeepClone();
        }

        return node;
    }
}
