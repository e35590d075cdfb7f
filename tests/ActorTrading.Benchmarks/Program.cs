using System.Reflection;
using ActorTrading.Benchmarks;

var benches = Assembly.GetExecutingAssembly().GetTypes()
    .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IBench).IsAssignableFrom(type))
    .Select(type => (IBench)Activator.CreateInstance(type)!)
    .OrderBy(bench => bench.Name, StringComparer.Ordinal)
    .ToDictionary(bench => bench.Name);

var json = args.Contains("--json");
var settings = args.Where(arg => arg.Contains('=')).Select(arg => arg.TrimStart('-').Split('=', 2))
    .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last()[1]);
var names = args.Where(arg => !arg.StartsWith('-') && !arg.Contains('=')).ToArray();

if (names.Length != 1 || !benches.TryGetValue(names[0], out var chosen))
{
    Console.Error.WriteLine("usage: ./bench <name> [--json] [setting=value ...]");
    foreach (var bench in benches.Values)
        Console.Error.WriteLine($"  {bench.Name,-8} {bench.What}");
    return 2;
}

try
{
    var report = await chosen.RunAsync(new BenchSettings(settings));
    Console.WriteLine(json ? report.ToJson() : report.ToText());
    return 0;
}
catch (BenchSettingException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
