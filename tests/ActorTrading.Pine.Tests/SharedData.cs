using System.Globalization;

namespace ActorTrading.Pine.Tests;

/// <summary>The folder of real data beside the repository; tests that need it say so when it is absent.</summary>
public static class SharedData
{
    public static readonly string? Root = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root ?? "", .. parts]);

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "ActorTrading.sln"))) continue;
            var data = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder.FullName, "..", "shared", "data"));
            return Directory.Exists(data) ? data : null;
        }
        return null;
    }

    /// <summary>A numeric CSV: column name to values, NaN where blank.</summary>
    public static Dictionary<string, double[]> Columns(string path)
    {
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split(',');
        var columns = names.ToDictionary(name => name, _ => new double[lines.Length - 1]);
        for (int row = 1; row < lines.Length; row++)
        {
            var cells = lines[row].Split(',');
            for (int i = 0; i < names.Length; i++)
                columns[names[i]][row - 1] = cells[i].Length == 0 ? double.NaN : double.Parse(cells[i], CultureInfo.InvariantCulture);
        }
        return columns;
    }
}

public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (SharedData.Root == null) Skip = "needs ../shared/data beside the repository";
    }
}

public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute()
    {
        if (SharedData.Root == null) Skip = "needs ../shared/data beside the repository";
    }
}
