using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Embedded;

/// <summary>What a message type keeps in its fields: what of it can change, what has no number, and the types of its parts.</summary>
internal sealed record MessageShape(IReadOnlyList<string> Mutable, IReadOnlyList<string> Unnumbered, IReadOnlyList<Type> PartTypes)
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    internal static MessageShape Of(Type type)
    {
        var mutable = new List<string>();
        var unnumbered = new List<string>();
        var parts = new List<Type>();
        for (var current = type; current is not null && current != typeof(object) && current != typeof(ValueType); current = current.BaseType)
            Look(current, mutable, unnumbered, parts);
        return new MessageShape(mutable, unnumbered, parts);
    }

    private static void Look(Type type, List<string> mutable, List<string> unnumbered, List<Type> parts)
    {
        var positional = PositionalNames(type);
        var numbers = new Dictionary<uint, string>();
        foreach (var property in type.GetProperties(Own))
        {
            if (property.SetMethod is { } setter && !IsInit(setter) && type.GetField($"<{property.Name}>k__BackingField", Own) is not null)
                mutable.Add($"{property.Name} can be set. Make it init-only{(type.IsValueType ? ", or the type a readonly record struct" : "")}, because here the receiver gets the very same object.");
        }

        foreach (var field in type.GetFields(Own))
        {
            var property = PropertyOf(type, field);
            var name = property?.Name ?? field.Name;
            if (field.IsDefined(typeof(NonSerializedAttribute)))
                continue;
            if (property is null && !field.IsInitOnly && field.IsPublic)
                mutable.Add($"{name} can be set. Make it readonly.");
            parts.Add(field.FieldType);
            var id = (property as MemberInfo ?? field).GetCustomAttribute<IdAttribute>();
            if (id is null && !positional.Contains(name) && !NumbersProperties(type, property))
                unnumbered.Add($"{name} has no [Id], so it would be lost on the way. Number it{(property is null ? "" : $", for example {Example(type)}")}.");
            else if (id is not null && !numbers.TryAdd(id.Id, name))
                unnumbered.Add($"{name} has [Id({id.Id})], as has {numbers[id.Id]}. Give each its own number.");
        }
    }

    private static string Example(Type type) => $"[Id({type.GetProperties(Own).Count(p => p.IsDefined(typeof(IdAttribute)))})]";

    private static PropertyInfo? PropertyOf(Type type, FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
            ? type.GetProperty(field.Name[1..field.Name.IndexOf('>')], Own)
            : null;

    private static bool NumbersProperties(Type type, PropertyInfo? property) =>
        property is { GetMethod.IsPublic: true, SetMethod: not null }
        && type.GetCustomAttribute<GenerateSerializerAttribute>(false) is { GenerateFieldIds: GenerateFieldIds.PublicProperties };

    /// <summary>Parameters of a record's primary constructor: Orleans numbers these by position.</summary>
    private static HashSet<string> PositionalNames(Type type)
    {
        var isRecord = type.GetMethod("PrintMembers", Own, [typeof(StringBuilder)]) is not null;
        if (!isRecord || type.GetCustomAttribute<GenerateSerializerAttribute>(false) is { IncludePrimaryConstructorParameters: false })
            return [];
        var primary = type.GetConstructors(Own)
            .Where(c => c.GetParameters() is { Length: > 0 } parameters && parameters.All(p => type.GetProperty(p.Name!, Own)?.PropertyType == p.ParameterType))
            .MaxBy(c => c.GetParameters().Length);
        return primary is null ? [] : [.. primary.GetParameters().Select(p => p.Name!)];
    }

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
