using System.Reflection;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Runtime;

namespace ActorTrading.Grains.Tests.Contracts;

/// <summary>A grain interface, an observer or a message, as it is on the wire.</summary>
/// <param name="Name">Its alias.</param>
/// <param name="Version">Of a grain interface; null for the others.</param>
/// <param name="Members">An interface's methods by alias, a message's members by id; each with its types.</param>
internal sealed record WireType(string Name, int? Version, IReadOnlyDictionary<string, string> Members)
{
    /// <summary>An interface of observers has no version, as they are called where they are, at whatever process that is.</summary>
    public bool IsObserver => Version is null && Members.Values.Any(member => member.StartsWith('('));
}

/// <summary>What two versions of the program that run side by side say to each other.</summary>
internal static class ContractSurface
{
    public static IReadOnlyList<WireType> Of(Assembly contracts) =>
    [
        .. contracts.GetTypes().Where(IsContract).Select(OfInterface)
            .Concat(contracts.GetTypes().Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false)).Select(OfMessage))
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    public static string Write(IEnumerable<WireType> types) => string.Concat(types.Select(type =>
        $"{type.Name}{(type.Version is { } version ? $" version {version}" : "")}\n{string.Concat(type.Members.Select(member => $"  {member.Key} {member.Value}\n"))}"));

    public static IReadOnlyList<WireType> Read(string text)
    {
        var types = new List<WireType>();
        var members = new Dictionary<string, string>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(' '))
            {
                var (name, what) = (line.Trim().Split(' ', 2)[0], line.Trim().Split(' ', 2)[1]);
                members.Add(name, what);
            }
            else
            {
                var words = line.Split(' ');
                types.Add(new WireType(words[0], words.Length == 3 ? int.Parse(words[2]) : null, members = []));
            }
        }

        return types;
    }

    public static bool IsContract(Type type) => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);

    public static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias;

    private static WireType OfInterface(Type type) => new(
        AliasOf(type) ?? type.FullName!,
        typeof(IGrainObserver).IsAssignableFrom(type) ? null : type.GetCustomAttribute<VersionAttribute>()?.Version ?? 0,
        type.GetMethods().OrderBy(method => AliasOf(method) ?? method.Name, StringComparer.Ordinal).ToDictionary(
            method => AliasOf(method) ?? method.Name,
            method => $"({string.Join(", ", method.GetParameters().Select(p => NameOf(p.ParameterType)))}) {NameOf(method.ReturnType)}"));

    private static WireType OfMessage(Type type) => new(
        AliasOf(type) ?? type.FullName!,
        null,
        type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Select(member => (Id: member.GetCustomAttribute<IdAttribute>()?.Id, member))
            .Where(member => member.Id is not null)
            .OrderBy(member => member.Id)
            .ToDictionary(member => $"{member.Id}", member => NameOf(member.member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member.member).FieldType)));

    private static string NameOf(Type type) => !type.IsGenericType
        ? type.Name
        : $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
}
