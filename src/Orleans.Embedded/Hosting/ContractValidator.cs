using System.Reflection;
using Orleans.Concurrency;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>
/// Refuses grain contracts that would behave differently on Orleans than here, where messages are passed by reference.
/// Each problem names the contract and the member, and says what would be right.
/// </summary>
internal static class ContractValidator
{
    internal static void Validate(GrainRegistry registry)
    {
        var problems = ProblemsOf(registry);
        if (problems.Count > 0)
        {
            throw new OrleansConfigurationException(
                $"{problems.Count} problem(s) with grain contracts:{Environment.NewLine}- {string.Join($"{Environment.NewLine}- ", problems)}");
        }
    }

    internal static List<string> ProblemsOf(GrainRegistry registry)
    {
        var rules = new MessageRules(registry.Assemblies);
        return [.. registry.Contracts.SelectMany(contract => ProblemsOf(contract, rules)).Distinct()];
    }

    private static IEnumerable<string> ProblemsOf(Type contract, MessageRules rules)
    {
        if (contract.IsGenericTypeDefinition)
        {
            yield return $"{contract.FullName} is generic, which the embedded host does not support. Make an interface for each type argument.";
            yield break;
        }

        foreach (var property in contract.GetProperties())
            yield return $"{contract.FullName}.{property.Name} is a property. Make it a method that returns a task.";
        foreach (var @event in contract.GetEvents())
            yield return $"{contract.FullName}.{@event.Name} is an event. Use a grain observer or a stream.";
        foreach (var method in contract.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Where(m => !m.IsSpecialName))
        {
            foreach (var problem in ProblemsOf(contract, method, rules))
                yield return $"{contract.FullName}.{method.Name}: {problem}";
        }
    }

    private static IEnumerable<string> ProblemsOf(Type contract, MethodInfo method, MessageRules rules)
    {
        if (!method.IsAbstract)
        {
            yield return "has a body, which would run at the caller. Move the body to the grain class, or to an extension method.";
            yield break;
        }

        if (method.IsGenericMethod)
        {
            yield return "is generic, so its messages cannot be checked. Make a method for each type argument.";
            yield break;
        }

        var result = ResultOf(contract, method, out var problem);
        if (problem is not null)
            yield return problem;
        else if (result is not null && method.IsDefined(typeof(OneWayAttribute), true))
            yield return $"is [OneWay] and returns {Name(method.ReturnType)}, but the caller of a one-way method gets no result. Return Task, or drop [OneWay].";
        else if (result is not null)
        {
            foreach (var found in rules.ProblemsOf(result))
                yield return $"its result: {found}";
        }

        var parameters = method.GetParameters();
        if (parameters.Count(p => p.ParameterType == typeof(CancellationToken)) > 1)
            yield return "has more than one CancellationToken. One is enough.";
        foreach (var parameter in parameters)
        {
            if (parameter.ParameterType.IsByRef)
            {
                yield return $"parameter {parameter.Name} is passed by reference, which a message cannot be. Drop ref, out or in, and return what is to come back.";
                continue;
            }

            if (parameter.ParameterType == typeof(CancellationToken))
                continue;
            foreach (var found in rules.ProblemsOf(parameter.ParameterType))
                yield return $"parameter {parameter.Name}: {found}";
        }
    }

    /// <summary>The type that the method's task or stream brings; null when it brings none.</summary>
    private static Type? ResultOf(Type contract, MethodInfo method, out string? problem)
    {
        problem = null;
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
            return null;
        if (type == typeof(void) && typeof(IGrainObserver).IsAssignableFrom(contract))
            return null;
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var definition
            && (definition == typeof(Task<>) || definition == typeof(ValueTask<>) || definition == typeof(IAsyncEnumerable<>)))
            return type.GetGenericArguments()[0];
        problem = $"returns {Name(type)}. Return Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>"
            + (typeof(IGrainObserver).IsAssignableFrom(contract) ? ", or void." : ".");
        return null;
    }

    internal static string Name(Type type)
    {
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (!type.IsGenericType)
            return type == typeof(void) ? "void" : type.Name;
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
