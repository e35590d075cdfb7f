using System.Reflection;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>One method of a grain interface and how its calls behave.</summary>
internal sealed class GrainMethod
{
    internal GrainMethod(Type contract, MethodInfo method)
    {
        Contract = contract;
        Info = method;
        Name = method.Name;
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute), true);
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute), true);
        OneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute), true);
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        CancellationIndex = Array.FindIndex(method.GetParameters(), p => p.ParameterType == typeof(CancellationToken));
    }

    /// <summary>Work of the host itself that takes its turn like a request, for example a timer's tick.</summary>
    internal GrainMethod(Delegate work, string name, bool alwaysInterleave)
    {
        Contract = typeof(IAddressable);
        Info = work.Method;
        Name = name;
        AlwaysInterleave = alwaysInterleave;
        OneWay = true;
        CancellationIndex = -1;
    }

    internal Type Contract { get; }

    internal MethodInfo Info { get; }

    internal string Name { get; }

    internal bool AlwaysInterleave { get; init; }

    internal bool ReadOnly { get; }

    /// <summary>The caller waits for nothing.</summary>
    internal bool OneWay { get; init; }

    /// <summary>Overrides the host's response timeout.</summary>
    internal TimeSpan? Timeout { get; }

    /// <summary>Position of the cancellation token among the arguments; -1 when there is none.</summary>
    internal int CancellationIndex { get; }

    public override string ToString() => $"{Contract.Name}.{Name}";

    /// <summary>The methods a proxy of <paramref name="contract"/> has, its own and the inherited ones, in a stable order.</summary>
    internal static MethodInfo[] Of(Type contract) =>
    [
        .. contract.GetInterfaces().Prepend(contract)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
            .Where(method => method.IsAbstract)
            .OrderBy(method => method.DeclaringType!.FullName, StringComparer.Ordinal)
            .ThenBy(method => method.ToString(), StringComparer.Ordinal),
    ];
}
