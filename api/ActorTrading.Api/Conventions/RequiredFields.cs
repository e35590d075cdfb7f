using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ActorTrading.Api.Conventions;

/// <summary>
/// Which fields the description calls required. In what a client sends: those marked <see cref="RequiredAttribute"/>, which the endpoint's checks
/// refuse to do without (binding takes any field as left out, so that all errors are told at once). In what it only gets: those never left out.
/// What goes both ways counts as sent.
/// </summary>
internal sealed class RequiredFields(IApiDescriptionGroupCollectionProvider endpoints)
{
    private readonly ConcurrentDictionary<JsonSerializerOptions, HashSet<Type>> _sent = [];

    public HashSet<string> Of(JsonTypeInfo type)
    {
        var isSent = _sent.GetOrAdd(type.Options, Sent).Contains(type.Type);
        return [.. type.Properties.Where(p => !p.IsExtensionData && (isSent ? IsMarked(p) : IsAlwaysWritten(p))).Select(p => p.Name)];
    }

    /// <summary>Everything that is part of a body.</summary>
    private HashSet<Type> Sent(JsonSerializerOptions options)
    {
        var seen = new HashSet<Type>();
        var open = new Stack<Type>(endpoints.ApiDescriptionGroups.Items.SelectMany(group => group.Items).SelectMany(endpoint => endpoint.ParameterDescriptions)
            .Where(parameter => parameter.Source == BindingSource.Body).Select(parameter => parameter.Type));
        while (open.TryPop(out var next))
        {
            var type = Nullable.GetUnderlyingType(next) ?? next;
            if (!seen.Add(type))
                continue;
            var info = options.GetTypeInfo(type);
            if (info.ElementType is { } element)
                open.Push(element);
            foreach (var property in info.Properties.Where(p => !p.IsExtensionData))
                open.Push(property.PropertyType);
        }
        return seen;
    }

    private static bool IsMarked(JsonPropertyInfo property) =>
        Has<RequiredAttribute>(property.AttributeProvider) || Has<RequiredAttribute>(property.AssociatedParameter?.AttributeProvider);

    private static bool IsAlwaysWritten(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true) is [JsonIgnoreAttribute ignore]
            ? ignore.Condition == JsonIgnoreCondition.Never
            : property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is null : !property.IsGetNullable;

    private static bool Has<T>(ICustomAttributeProvider? provider) where T : Attribute => provider?.IsDefined(typeof(T), true) == true;
}
