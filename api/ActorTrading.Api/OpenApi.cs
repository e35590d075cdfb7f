using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ActorTrading.Api.Conventions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ActorTrading.Api;

/// <summary>The description at <c>/openapi/v1.json</c> and the page at <c>/docs</c>.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer", ApiKey = "apiKey";

    public static IServiceCollection AddTradingOpenApi(this IServiceCollection services) => services.AddSingleton<RequiredFields>().AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "ActorTrading", Version = "v1", Description = "Errors are application/problem+json with a stable code; see docs/api.md." };
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
                [ApiKey] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key" },
            };
            document.Security =
            [
                new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
                new() { [new OpenApiSecuritySchemeReference(ApiKey, document)] = [] },
            ];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var info = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is { } value ? context.JsonTypeInfo.Options.GetTypeInfo(value) : context.JsonTypeInfo;
            Describe(schema, info.Type);
            if (info.ElementType is { } element && Describe(new OpenApiSchema(), Nullable.GetUnderlyingType(element) ?? element) is { } items)
            {
                if (info.Kind == JsonTypeInfoKind.Dictionary)
                    schema.AdditionalProperties ??= items;
                else
                    schema.Items ??= items;
            }
            // The generator takes every parameter of a record's constructor for required.
            if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
                schema.Required = context.ApplicationServices.GetRequiredService<RequiredFields>().Of(context.JsonTypeInfo);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, cancel) =>
        {
            await OpenApiBodies.AddAsync(operation, context, cancel);
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotentAttribute>().Any())
            {
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = Idempotency.Header,
                    In = ParameterLocation.Header,
                    Description = "The same key and body answer as the first time.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Idempotency.KeyLengthMax },
                });
            }
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            OpenApiBodies.Complete(document);
            return Task.CompletedTask;
        });
    });

    /// <summary>What the generator cannot look into, being written by a converter of ours. Null where it is none of these.</summary>
    private static OpenApiSchema? Describe(OpenApiSchema schema, Type type)
    {
        if (Given.ValueOf(type) is { } value)
        {
            if (value == typeof(JsonElement))
                (schema.Type, schema.AdditionalProperties) = (JsonSchemaType.Object, new OpenApiSchema { Description = "Anything." });
            else if (Describe(schema, value) is null)
            {
                (schema.Type, schema.Format) = value == typeof(int) ? (JsonSchemaType.Integer, "int32")
                    : value == typeof(decimal) ? (JsonSchemaType.Number, "double")
                    : throw new NotSupportedException($"A Given<{value.Name}> has no description yet.");
            }
            schema.Type |= JsonSchemaType.Null;
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(n))];
        }
        else if (type == typeof(string))
            schema.Type = JsonSchemaType.String;
        else if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        else if (type == typeof(Guid))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        else
            return null;
        return schema;
    }

    public static void MapTradingOpenApi(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "docs";
            ui.SwaggerEndpoint("/openapi/v1.json", "ActorTrading v1");
            ui.DocumentTitle = "ActorTrading API";
        });
    }
}
