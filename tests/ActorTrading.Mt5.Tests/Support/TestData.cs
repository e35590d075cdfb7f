namespace ActorTrading.Mt5.Tests;

/// <summary>Data that lies beside the project and need not be there.</summary>
internal static class TestData
{
    /// <returns>The folder, looked for beside this and every folder above, or null.</returns>
    public static string? Folder(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, name)))
                return Path.Combine(at.FullName, name);
        return null;
    }
}

/// <summary>A theory that is skipped, saying so, where a folder of data is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SkippableTheoryAttribute : TheoryAttribute
{
    public SkippableTheoryAttribute(string folder) => Skip = TestData.Folder(folder) is null ? $"{folder} is not beside the project" : null;
}
