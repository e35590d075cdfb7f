namespace ActorTrading.SystemTests;

/// <summary>A test that needs the recorded ticks and the npm package, which are not part of the repository: without them it is skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecordedDayFactAttribute : FactAttribute
{
    public RecordedDayFactAttribute() =>
        Skip = Ticks is null ? "../shared/data has no recorded ticks" : Modules is null ? "@microsoft/signalr has not been fetched" : null;

    public static string? Ticks
    {
        get
        {
            var file = Path.Combine(Root(), "..", "shared", "data", "fx", "ticks", "eurusd-oanda-20140508.zip");
            return File.Exists(file) ? file : null;
        }
    }

    /// <summary>The folder of npm packages that the page is built with.</summary>
    public static string? Modules
    {
        get
        {
            var host = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Name;
            var modules = Path.Combine(Root(), "api", "ActorTrading.Api", "obj", host, "web", "node_modules");
            return Directory.Exists(modules) ? modules : null;
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
