using System.Reflection;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>The grain classes of this process and which of them implements which interface.</summary>
internal sealed class GrainRegistry
{
    private readonly Dictionary<GrainType, GrainClass> _byName = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];

    internal GrainRegistry(IEnumerable<Assembly> assemblies)
    {
        Assemblies = [.. assemblies.Distinct()];
        foreach (var type in Assemblies.SelectMany(LoadableTypes).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            if (type is { IsInterface: true } && IsContract(type))
                Contracts.Add(type);
            if (type is { IsClass: true, IsAbstract: false } && typeof(IGrain).IsAssignableFrom(type) && !typeof(GrainReference).IsAssignableFrom(type))
                Add(type);
        }
    }

    internal IReadOnlyList<Assembly> Assemblies { get; }

    /// <summary>The grain and observer interfaces that were found.</summary>
    internal List<Type> Contracts { get; } = [];

    internal IEnumerable<GrainClass> Classes => _byName.Values.OrderBy(c => c.GrainType);

    internal static bool IsContract(Type type) => type.IsInterface
        && (typeof(IGrain).IsAssignableFrom(type) || typeof(IGrainObserver).IsAssignableFrom(type))
        && type.Assembly != typeof(IGrain).Assembly;

    internal GrainClass Find(GrainType name) => _byName.TryGetValue(name, out var found)
        ? found
        : throw new ArgumentException($"There is no grain class named '{name}'. Known: {string.Join(", ", Classes.Select(c => c.GrainType))}.");

    /// <summary>The class that implements <paramref name="contract"/>; with several, the one whose full name starts with the prefix, or whose name matches the interface's.</summary>
    internal GrainClass Find(Type contract, string? prefix)
    {
        if (!_byInterface.TryGetValue(contract, out var classes))
            throw new ArgumentException($"Could not find an implementation for interface {contract}. Is its assembly among the grain assemblies?");
        if (!string.IsNullOrWhiteSpace(prefix))
        {
            var matching = classes.Where(c => c.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            return matching.Find(c => c.Type.FullName == prefix) ?? (matching.Count == 1
                ? matching[0]
                : throw new ArgumentException($"Found {matching.Count} implementations of {contract} whose name starts with \"{prefix}\": {Names(classes)}."));
        }

        if (classes.Count == 1)
            return classes[0];
        return classes.Find(c => c.Type.Name == contract.Name[1..] && contract.Name[0] == 'I')
            ?? throw new ArgumentException($"Several classes implement {contract}: {Names(classes)}. Name one by its prefix.");
    }

    private void Add(Type type)
    {
        if (type.ContainsGenericParameters)
            throw new OrleansConfigurationException($"Grain class {type} is generic, which the embedded host does not support. Make a class for each type argument.");
        var grainClass = new GrainClass(type);
        if (_byName.TryGetValue(grainClass.GrainType, out var other))
            throw new OrleansConfigurationException(
                $"Grain classes {other.Type} and {type} are both named '{grainClass.GrainType}'. Give one of them a [GrainType].");
        _byName.Add(grainClass.GrainType, grainClass);
        foreach (var contract in type.GetInterfaces().Where(i => typeof(IGrain).IsAssignableFrom(i)))
        {
            if (!_byInterface.TryGetValue(contract, out var classes))
                _byInterface.Add(contract, classes = []);
            classes.Add(grainClass);
        }
    }

    private static string Names(IEnumerable<GrainClass> classes) => string.Join(", ", classes.Select(c => c.Type.FullName));

    private static IEnumerable<Type> LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            throw new OrleansConfigurationException(
                $"Types of grain assembly {assembly.GetName().Name} cannot be loaded: {exception.LoaderExceptions.FirstOrDefault()?.Message}", exception);
        }
    }
}
