using System.Reflection;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>Refuses grain contracts that would behave differently on Orleans than here, where messages are passed by reference.</summary>
internal static class ContractValidator
{
    internal static void Validate(GrainRegistry registry)
    {
        var problems = registry.Contracts.SelectMany(Problems).ToList();
        if (problems.Count > 0)
        {
            throw new OrleansConfigurationException(
                $"{problems.Count} grain contract problem(s):{Environment.NewLine}{string.Join(Environment.NewLine, problems)}");
        }
    }

    private static IEnumerable<string> Problems(Type contract) => GrainMethod.Of(contract).Where(m => !Returns(m)).Select(m =>
        $"{contract.FullName}.{m.Name} returns {m.ReturnType}. Return Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>.");

    private static bool Returns(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type.IsGenericType)
            return type.GetGenericTypeDefinition() is var d && (d == typeof(Task<>) || d == typeof(ValueTask<>) || d == typeof(IAsyncEnumerable<>));
        return type == typeof(Task) || type == typeof(ValueTask) || (type == typeof(void) && typeof(IGrainObserver).IsAssignableFrom(method.DeclaringType));
    }
}
