using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Embedded.Engine;

/// <summary>A grain class: its name, its attributes and how to make an instance.</summary>
internal sealed class GrainClass
{
    private readonly ConstructorInvoker _constructor;
    private readonly Func<Activation, object?>[] _parameters;
    private int _activations;

    internal GrainClass(Type type)
    {
        Type = type;
        GrainType = NameOf(type);
        Label = new("type", GrainType.ToString());
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), true);
        StatelessWorkers = type.GetCustomAttribute<StatelessWorkerAttribute>(true)?.MaxLocalWorkers ?? 0;
        KeepAlive = type.IsDefined(typeof(KeepAliveAttribute), true);
        AgeLimit = type.GetCustomAttribute<CollectionAgeLimitAttribute>(true)?.AgeLimit;
        FiltersItsCalls = typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
        MayInterleave = InterleavePredicate(type);
        var constructor = ConstructorOf(type);
        _constructor = ConstructorInvoker.Create(constructor);
        _parameters = [.. constructor.GetParameters().Select(ParameterOf)];
    }

    internal Type Type { get; }

    /// <summary>The class in metrics.</summary>
    internal KeyValuePair<string, object?> Label { get; }

    /// <summary>Activations now.</summary>
    internal int Activations => Volatile.Read(ref _activations);

    internal void Count(int change) => Interlocked.Add(ref _activations, change);

    internal GrainType GrainType { get; }

    internal bool IsReentrant { get; }

    /// <summary>Most activations of one identity; 0 for an ordinary grain, which has one.</summary>
    internal int StatelessWorkers { get; }

    internal bool KeepAlive { get; }

    internal TimeSpan? AgeLimit { get; }

    internal bool FiltersItsCalls { get; }

    internal Func<object, IInvokable, bool>? MayInterleave { get; }

    /// <summary>Makes an instance; runs in the activation's turn.</summary>
    internal object Create(Activation activation)
    {
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = _parameters[i](activation);
        return _constructor.Invoke(arguments.AsSpan());
    }

    internal static async ValueTask DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable asyncDisposable)
            await asyncDisposable.DisposeAsync();
        else if (instance is IDisposable disposable)
            disposable.Dispose();
    }

    /// <summary>Lower-case class name without a trailing "grain", unless <see cref="GrainTypeAttribute"/> names it.</summary>
    internal static GrainType NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>(false) is { } attribute)
            return attribute.GrainType;
        var name = type.Name.ToLowerInvariant();
        const string suffix = "grain";
        return GrainType.Create(name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name);
    }

    private static ConstructorInfo ConstructorOf(Type type)
    {
        var all = type.GetConstructors();
        return all.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute), false))
            ?? all.MaxBy(c => c.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"Grain class {type} has no public constructor, so it cannot be activated. Give it one.");
    }

    private Func<Activation, object?> ParameterOf(ParameterInfo parameter)
    {
        var wanted = parameter.ParameterType;
        if (parameter.GetCustomAttributes().OfType<IPersistentStateConfiguration>().FirstOrDefault() is { } configuration)
        {
            if (!wanted.IsGenericType || wanted.GetGenericTypeDefinition() != typeof(IPersistentState<>))
                throw new OrleansConfigurationException(
                    $"{Type}: constructor parameter {parameter.Name} has [PersistentState] and is {wanted}. It must be IPersistentState<T>.");
            return activation => activation.Host.States.ForParameter(activation, wanted.GetGenericArguments()[0], configuration);
        }

        if (wanted == typeof(IGrainContext))
            return activation => activation;
        if (wanted == typeof(IGrainFactory))
            return activation => activation.Host.Factory;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            return activation => activation.ActivationServices.GetRequiredKeyedService(wanted, keyed.Key);
        var fallback = parameter.HasDefaultValue;
        var value = fallback ? parameter.DefaultValue : null;
        return activation => activation.ActivationServices.GetService(wanted) ?? (fallback
            ? value
            : throw new OrleansConfigurationException(
                $"{Type}: no service of type {wanted} is registered for constructor parameter {parameter.Name}. Add it to the services."));
    }

    private static Func<object, IInvokable, bool>? InterleavePredicate(Type type)
    {
        if (type.GetCustomAttribute<MayInterleaveAttribute>() is not { } attribute)
            return null;
        var method = type.GetMethod(attribute.CallbackMethodName,
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance, [typeof(IInvokable)]);
        if (method is null || method.ReturnType != typeof(bool))
            throw new OrleansConfigurationException(
                $"{type} has [MayInterleave(\"{attribute.CallbackMethodName}\")] but no method bool {attribute.CallbackMethodName}(IInvokable). Add it.");
        if (method.IsStatic)
        {
            var shared = method.CreateDelegate<Func<IInvokable, bool>>();
            return (_, request) => shared(request);
        }

        var invoker = MethodInvoker.Create(method);
        return (grain, request) => (bool)invoker.Invoke(grain, request)!;
    }
}
