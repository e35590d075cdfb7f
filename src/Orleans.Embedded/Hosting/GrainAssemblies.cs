using System.Reflection;

namespace Orleans.Embedded;

/// <summary>Finds the assemblies that can hold grains: those that the program references and that reference this one.</summary>
internal static class GrainAssemblies
{
    internal static IEnumerable<Assembly> OfThisProgram()
    {
        var own = typeof(IGrain).Assembly.GetName().Name;
        var seen = new HashSet<string>();
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic));
        if (Assembly.GetEntryAssembly() is { } entry)
            open.Enqueue(entry);
        var found = new List<Assembly>();
        while (open.TryDequeue(out var assembly))
        {
            if (!seen.Add(assembly.FullName!))
                continue;
            var references = assembly.GetReferencedAssemblies();
            if (references.Any(r => r.Name == own))
                found.Add(assembly);
            foreach (var reference in references.Where(r => !IsFramework(r.Name!) && !seen.Contains(r.FullName)))
            {
                try
                {
                    open.Enqueue(Assembly.Load(reference));
                }
                catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
                {
                    // A reference that is only needed for building has no grains.
                }
            }
        }

        return found.OrderBy(a => a.FullName, StringComparer.Ordinal);
    }

    private static bool IsFramework(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name is "System" or "mscorlib" or "netstandard"
        || name.StartsWith("Microsoft.", StringComparison.Ordinal);
}
