using ActorTrading.Api.Conventions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ActorTrading.Api;

/// <summary>The description of what clients send.</summary>
internal static class OpenApiBodies
{
    private const string Like = "like";

    /// <summary>Describes a body that its endpoint reads by itself, as far as that can be done before the rest of the document is there.</summary>
    public static async Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BodyOf>().SingleOrDefault() is not { } body)
            return;
        var schema = await context.GetOrCreateSchemaAsync(body.More, null, cancel);
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } } };
        (operation.Metadata ??= new Dictionary<string, object>())[Like] = body;
    }

    /// <summary>Adds what such a body takes from another, and says of every body that what has to be sent cannot be null.</summary>
    public static void Complete(OpenApiDocument document)
    {
        var seen = new HashSet<OpenApiSchema>(ReferenceEqualityComparer.Instance);
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            foreach (var media in operation.RequestBody?.Content?.Values ?? Enumerable.Empty<OpenApiMediaType>())
            {
                if (operation.Metadata is { } notes && notes.TryGetValue(Like, out var like) && like is BodyOf body && media.Schema is OpenApiSchema schema)
                    Extend(schema, (OpenApiSchema)document.Components!.Schemas![body.Like.Name], body.Without);
                Require(media.Schema, seen);
            }
        }
    }

    private static void Extend(OpenApiSchema schema, OpenApiSchema other, IReadOnlyList<string> without)
    {
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        schema.Required ??= new HashSet<string>();
        foreach (var (name, property) in other.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (without.Contains(name))
                continue;
            schema.Properties[name] = property;
            if (other.Required?.Contains(name) == true)
                schema.Required.Add(name);
        }
    }

    /// <summary>Binding takes any field as left out or null, so that every one that is missing is named at once; the endpoints refuse it then.</summary>
    private static void Require(IOpenApiSchema? described, HashSet<OpenApiSchema> seen)
    {
        if ((described as OpenApiSchemaReference)?.RecursiveTarget is { } target)
            described = target;
        if (described is not OpenApiSchema schema || !seen.Add(schema))
            return;
        foreach (var (name, property) in schema.Properties?.ToArray() ?? [])
        {
            if (schema.Required?.Contains(name) == true && property is OpenApiSchema value)
            {
                value.Type &= ~JsonSchemaType.Null;
                if (value.OneOf is [{ Type: JsonSchemaType.Null }, { } only])
                    schema.Properties![name] = only;
            }
            Require(schema.Properties![name], seen);
        }
        Require(schema.Items, seen);
        foreach (var choice in schema.OneOf ?? [])
            Require(choice, seen);
    }
}
