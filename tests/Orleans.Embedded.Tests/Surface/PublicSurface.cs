using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Orleans.Embedded.Tests.Surface;

/// <summary>What an assembly offers: its public types, each as lines of text that state kind, base, interfaces and members.</summary>
internal sealed class PublicSurface
{
    private static readonly TypeNames Names = new();

    private readonly MetadataReader _reader;

    private PublicSurface(MetadataReader reader) => _reader = reader;

    internal static Dictionary<string, HashSet<string>> Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var surface = new PublicSurface(file.GetMetadataReader());
        return surface._reader.TypeDefinitions.Where(surface.IsVisible)
            .ToDictionary(handle => TypeNames.Of(surface._reader, handle), handle => surface.Lines(handle).ToHashSet());
    }

    private bool IsVisible(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsVisible(type.GetDeclaringType()),
            _ => false,
        };
    }

    private IEnumerable<string> Lines(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        var isInterface = type.Attributes.HasFlag(TypeAttributes.Interface);
        yield return $"kind: {(isInterface ? "interface" : $"{(type.Attributes.HasFlag(TypeAttributes.Abstract) ? "abstract " : "")}{(type.Attributes.HasFlag(TypeAttributes.Sealed) ? "sealed " : "")}class")}";
        if (!type.BaseType.IsNil)
            yield return $"base: {Name(type.BaseType)}";
        foreach (var implemented in type.GetInterfaceImplementations())
            yield return $"implements: {Name(_reader.GetInterfaceImplementation(implemented).Interface)}";
        foreach (var parameter in type.GetGenericParameters())
            yield return $"type parameter: {Generic(parameter)}";
        if (Usage(type) is { } usage)
            yield return $"usage: {usage}";
        foreach (var line in type.GetFields().Select(Field).Concat(type.GetMethods().Select(m => Method(m, isInterface))).OfType<string>())
            yield return line;
    }

    private string? Field(FieldDefinitionHandle handle)
    {
        var field = _reader.GetFieldDefinition(handle);
        if ((field.Attributes & FieldAttributes.FieldAccessMask) is not (FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem)
            || field.Attributes.HasFlag(FieldAttributes.SpecialName))
            return null;
        var value = field.GetDefaultValue();
        var text = value.IsNil ? "" : $" = {Constant(value)}";
        var writable = field.Attributes.HasFlag(FieldAttributes.InitOnly) || field.Attributes.HasFlag(FieldAttributes.Literal) ? "" : "writable ";
        return $"field: {writable}{(field.Attributes.HasFlag(FieldAttributes.Static) ? "static " : "")}{field.DecodeSignature(Names, null)} {_reader.GetString(field.Name)}{text}";
    }

    private string? Method(MethodDefinitionHandle handle, bool ofInterface)
    {
        var method = _reader.GetMethodDefinition(handle);
        var access = method.Attributes & MethodAttributes.MemberAccessMask;
        var name = _reader.GetString(method.Name);
        if (access is not (MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem) || name == ".cctor")
            return null;
        var signature = method.DecodeSignature(Names, null);
        var parameters = method.GetParameters().Select(_reader.GetParameter).Where(p => p.SequenceNumber > 0).ToDictionary(p => p.SequenceNumber);
        var texts = signature.ParameterTypes.Select((type, i) =>
        {
            var parameter = parameters.TryGetValue(i + 1, out var found) ? found : default(Parameter?);
            var optional = parameter is { } p && p.Attributes.HasFlag(ParameterAttributes.Optional) ? $" = {(p.GetDefaultValue().IsNil ? "default" : Constant(p.GetDefaultValue()))}" : "";
            return $"{type} {(parameter is null ? "_" : _reader.GetString(parameter.Value.Name))}{optional}";
        });
        var isVirtual = method.Attributes.HasFlag(MethodAttributes.Virtual) && !method.Attributes.HasFlag(MethodAttributes.Final);
        var words = new[]
        {
            access == MethodAttributes.Public ? "public" : "protected",
            method.Attributes.HasFlag(MethodAttributes.Static) ? "static" : "",
            method.Attributes.HasFlag(MethodAttributes.Abstract) ? "abstract" : isVirtual ? "virtual" : "",
            signature.ReturnType,
        };
        var generic = string.Concat(method.GetGenericParameters().Select(p => $"[{Generic(p)}]"));
        return $"method: {string.Join(' ', words.Where(w => w.Length > 0))} {name}{generic}({string.Join(", ", texts)})";
    }

    private string Generic(GenericParameterHandle handle)
    {
        var parameter = _reader.GetGenericParameter(handle);
        var constraints = parameter.GetConstraints().Select(c => Name(_reader.GetGenericParameterConstraint(c).Type)).Order(StringComparer.Ordinal);
        return $"{parameter.Index} {parameter.Attributes & ~GenericParameterAttributes.AllowByRefLike} {string.Join(", ", constraints)}";
    }

    /// <summary>The raw value of an AttributeUsage, which says where the attribute may stand.</summary>
    private string? Usage(TypeDefinition type)
    {
        foreach (var attribute in type.GetCustomAttributes().Select(_reader.GetCustomAttribute))
        {
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && Name(_reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent) == "System.AttributeUsageAttribute")
                return UsageText(_reader.GetBlobReader(attribute.Value));
        }

        return null;
    }

    private static string UsageText(BlobReader blob)
    {
        blob.ReadUInt16();
        var targets = (AttributeTargets)blob.ReadInt32();
        var (multiple, inherited) = (false, true);
        for (var named = blob.ReadUInt16(); named > 0; named--)
        {
            blob.ReadUInt16();
            var name = blob.ReadSerializedString();
            var value = blob.ReadBoolean();
            if (name == nameof(AttributeUsageAttribute.AllowMultiple))
                multiple = value;
            else
                inherited = value;
        }

        return $"{targets}, multiple: {multiple}, inherited: {inherited}";
    }

    private string Constant(ConstantHandle handle)
    {
        var constant = _reader.GetConstant(handle);
        return _reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode)?.ToString() ?? "null";
    }

    private string Name(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => TypeNames.Of(_reader, (TypeDefinitionHandle)handle),
        HandleKind.TypeReference => Names.GetTypeFromReference(_reader, (TypeReferenceHandle)handle, 0),
        _ => Names.GetTypeFromSpecification(_reader, null, (TypeSpecificationHandle)handle, 0),
    };
}
