using System.Reflection;
using Orleans.CodeGeneration;
using Orleans.Runtime;

namespace Orleans.Embedded.Engine;

/// <summary>What all references with the same interface share.</summary>
internal sealed class ReferenceShared
{
    internal ReferenceShared(GrainHost host, Type contract)
    {
        Host = host;
        Contract = contract;
        InterfaceType = NameOf(contract);
        InterfaceVersion = contract.GetCustomAttribute<VersionAttribute>()?.Version ?? 0;
        Methods = [.. GrainMethod.Of(contract).Select(method => new GrainMethod(contract, method))];
    }

    internal GrainHost Host { get; }

    internal Type Contract { get; }

    internal GrainInterfaceType InterfaceType { get; }

    internal ushort InterfaceVersion { get; }

    /// <summary>In the order that the proxy's code knows them by.</summary>
    internal GrainMethod[] Methods { get; }

    private static GrainInterfaceType NameOf(Type contract) =>
        contract.GetCustomAttribute<GrainInterfaceTypeAttribute>()?.InterfaceType
        ?? GrainInterfaceType.Create(contract.GetCustomAttribute<AliasAttribute>()?.Alias ?? contract.FullName!);
}
