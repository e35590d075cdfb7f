using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorTrading.Api;

namespace ActorTrading.SystemTests.Deployment;

/// <summary>What lies in <c>deploy/</c>, and what the program's sources say that they read and serve.</summary>
internal static partial class DeployFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>What the runtime itself reads.</summary>
    private static readonly string[] OfTheRuntime = ["ASPNETCORE_URLS", "DOTNET_gcServer"];

    private static readonly Lazy<string> Sources = new(() => string.Concat(new[] { "silo", "api" }
        .SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText)));

    public static string In(params string[] path) => Path.Combine([Root, "deploy", .. path]);

    /// <summary>Whether the program asks for a setting of that name, by the environment's spelling.</summary>
    public static bool IsRead(string name)
    {
        if (OfTheRuntime.Contains(name) || name == "ConnectionStrings__Postgres")
        {
            return true;
        }

        var path = name.Replace("__", ":", StringComparison.Ordinal);
        return Sources.Value.Contains($"\"{path}\"", StringComparison.Ordinal) || IsBound(typeof(ApiOptions), path.Split(':'));
    }

    /// <summary>Probes and scrapes may ask for these.</summary>
    public static IReadOnlySet<string> Paths { get; } = Mapped().Matches(Sources.Value).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    public static string Text(this JsonNode? node) => node?.GetValue<string>() ?? throw new InvalidOperationException("There is no text where one was expected.");

    public static IEnumerable<JsonNode> Items(this JsonNode? node) => node?.AsArray().Select(item => item!) ?? [];

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Members(this JsonNode? node) => node?.AsObject() ?? Enumerable.Empty<KeyValuePair<string, JsonNode?>>();

    private static bool IsBound(Type type, string[] path)
    {
        foreach (var step in path)
        {
            if (int.TryParse(step, out _) && type.IsGenericType)
            {
                type = type.GetGenericArguments()[0];
            }
            else if (type.GetProperty(step) is { } property)
            {
                type = property.PropertyType;
            }
            else
            {
                return false;
            }
        }

        return path.Length > 1;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The solution's folder is not above the tests.");
        }

        return folder.FullName;
    }

    [GeneratedRegex("""Map(?:HealthChecks|Get|Methods)?\("(/[a-z/]+)""")]
    private static partial Regex Mapped();
}
