using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Net;
using System.Numerics;
using System.Reflection;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>Which types may travel in messages: immutable ones that Orleans can serialise completely.</summary>
internal sealed class MessageRules
{
    private static readonly HashSet<Type> Simple =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly),
        typeof(TimeOnly), typeof(Int128), typeof(UInt128), typeof(Half), typeof(BigInteger), typeof(Uri), typeof(Version), typeof(IPAddress),
        typeof(IPEndPoint), typeof(GrainId), typeof(GrainType), typeof(GrainInterfaceType), typeof(IdSpan), typeof(StreamId), typeof(GrainReference),
        typeof(Type), typeof(TickStatus), typeof(DeactivationReasonCode),
    ];

    private static readonly HashSet<Type> Containers =
    [
        typeof(Nullable<>), typeof(Immutable<>), typeof(KeyValuePair<,>), typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(FrozenSet<>), typeof(FrozenDictionary<,>),
        typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlySet<>), typeof(IReadOnlyDictionary<,>),
        typeof(ReadOnlyCollection<>), typeof(ReadOnlyDictionary<,>), typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>),
        typeof(SortedDictionary<,>), typeof(SortedSet<>), typeof(Queue<>), typeof(Stack<>),
    ];

    private readonly Assembly[] _assemblies;
    private readonly Dictionary<Type, Type> _surrogates = [];
    private readonly Dictionary<Type, List<string>> _known = [];

    internal MessageRules(IEnumerable<Assembly> assemblies)
    {
        _assemblies = [.. assemblies];
        foreach (var converter in _assemblies.SelectMany(a => a.GetTypes()).Where(t => t.IsDefined(typeof(RegisterConverterAttribute))))
        {
            foreach (var implemented in converter.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConverter<,>)))
                _surrogates[Definition(implemented.GetGenericArguments()[0])] = implemented.GetGenericArguments()[1];
        }
    }

    /// <summary>What is wrong with a type as a message or a part of one; nothing when it may travel.</summary>
    internal IReadOnlyList<string> ProblemsOf(Type type)
    {
        if (_known.TryGetValue(type, out var known))
            return known;
        // Entered before it is looked at, because types may contain themselves.
        var problems = _known[type] = [];
        problems.AddRange([.. Find(type).Distinct()]);
        return problems;
    }

    private IEnumerable<string> Find(Type type)
    {
        var name = ContractValidator.Name(type);
        if (type.IsPrimitive && type != typeof(nint) && type != typeof(nuint))
            return [];
        if (type.IsEnum || Simple.Contains(type) || typeof(Exception).IsAssignableFrom(type))
            return [];
        if (typeof(IAddressable).IsAssignableFrom(type))
        {
            return type.IsInterface || typeof(GrainReference).IsAssignableFrom(type)
                ? []
                : [$"{name} is a class of grains, which cannot travel. Use its interface, which is a reference."];
        }

        if (type.IsArray)
            return ProblemsOf(type.GetElementType()!);
        if (type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition()))
            return type.GetGenericArguments().SelectMany(ProblemsOf);
        if (type == typeof(ReadOnlyMemory<byte>) || type == typeof(Memory<byte>))
            return [$"{name} has no serialiser. Use byte[] or ImmutableArray<byte>."];
        if (type == typeof(object))
            return ["object says nothing about what travels. Name the type."];
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            return [$"{name} may be computed anew on each use. Use ImmutableArray or IReadOnlyList."];
        if (typeof(Delegate).IsAssignableFrom(type) || typeof(Task).IsAssignableFrom(type) || type.IsPointer || type.IsByRefLike || type == typeof(CancellationToken))
            return [$"{name} cannot travel in a message."];
        return _surrogates.TryGetValue(Definition(type), out var surrogate)
            ? OfConverted(type, surrogate)
            : OfOwn(type);
    }

    /// <summary>A type with a converter: the surrogate travels, but here the value itself is passed, so it must not change.</summary>
    private IEnumerable<string> OfConverted(Type type, Type surrogate)
    {
        var name = ContractValidator.Name(type);
        var problems = MessageShape.Of(type).Mutable.Select(member => $"{name}.{member}").ToList();
        // Orleans looks for a converter of the object's own type; one for the base does not serve.
        problems.AddRange(type.Assembly.GetTypes().Where(t => t.IsSubclassOf(type) && !t.IsAbstract && !_surrogates.ContainsKey(Definition(t)))
            .Select(derived => $"{name} has a converter, but {ContractValidator.Name(derived)}, which derives from it, has none. Register one, or seal {name}."));
        if (!surrogate.ContainsGenericParameters)
            problems.AddRange(OfSurrogate(surrogate));
        return problems;
    }

    private IEnumerable<string> OfSurrogate(Type surrogate)
    {
        var name = ContractValidator.Name(surrogate);
        if (!surrogate.IsDefined(typeof(GenerateSerializerAttribute)))
            return [$"surrogate {name} has no [GenerateSerializer]. Add it."];
        var shape = MessageShape.Of(surrogate);
        return shape.Unnumbered.Select(member => $"surrogate {name}.{member}").Concat(shape.PartTypes.SelectMany(ProblemsOf));
    }

    private IEnumerable<string> OfOwn(Type type)
    {
        var name = ContractValidator.Name(type);
        if (type.IsInterface || type.IsAbstract)
        {
            var cases = _assemblies.Append(type.Assembly).Distinct().SelectMany(a => a.GetTypes())
                .Where(t => t is { IsAbstract: false, IsInterface: false, IsGenericTypeDefinition: false } && type.IsAssignableFrom(t)).ToList();
            if (cases.Count == 0)
                return [$"{name} is {(type.IsInterface ? "an interface" : "abstract")} and nothing in the grain assemblies implements it. Name a type that can travel."];
            var own = type.IsInterface || type.IsDefined(typeof(GenerateSerializerAttribute), false)
                ? []
                : new[] { $"{name} has no [GenerateSerializer]. Add it and number its members with [Id]." };
            return own.Concat(cases.SelectMany(ProblemsOf));
        }

        if (!type.IsDefined(typeof(GenerateSerializerAttribute), false))
            return [$"{name} has no [GenerateSerializer]. Add it with [Immutable] and number its members with [Id], or register an IConverter for it."];
        var shape = MessageShape.Of(type);
        var problems = new List<string>();
        if (!type.IsDefined(typeof(ImmutableAttribute), false))
            problems.Add($"{name} is not marked [Immutable]. Make it an immutable record and mark it.");
        problems.AddRange(shape.Mutable.Concat(shape.Unnumbered).Select(member => $"{name}.{member}"));
        for (var parent = type.BaseType; parent is not null && parent != typeof(object) && parent != typeof(ValueType); parent = parent.BaseType)
        {
            if (!parent.IsDefined(typeof(GenerateSerializerAttribute), false))
                problems.Add($"{name}: its base {ContractValidator.Name(parent)} has no [GenerateSerializer], so its members would be lost. Add it.");
        }

        foreach (var part in shape.PartTypes)
            problems.AddRange(ProblemsOf(part));
        if (!type.IsSealed && !type.IsValueType)
        {
            foreach (var derived in _assemblies.SelectMany(a => a.GetTypes()).Where(t => t != type && type.IsAssignableFrom(t) && !t.IsAbstract))
                problems.AddRange(ProblemsOf(derived));
        }

        return problems;
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
