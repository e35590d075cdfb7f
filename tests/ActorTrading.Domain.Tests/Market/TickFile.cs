using System.Globalization;
using System.IO.Compression;
using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Market;

/// <summary>Real ticks of a day, from the data folder beside the repository; null where it is absent.</summary>
internal static class TickFile
{
    public static List<Quote>? Read(string name, DateTimeOffset midnight)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", "fx", "ticks", name);
            if (!File.Exists(path)) continue;
            using var zip = ZipFile.OpenRead(path);
            using var reader = new StreamReader(zip.Entries[0].Open());
            var quotes = new List<Quote>();
            while (reader.ReadLine() is { } line)
            {
                var parts = line.Split(',');
                quotes.Add(new Quote("EURUSD", decimal.Parse(parts[1], CultureInfo.InvariantCulture), decimal.Parse(parts[2], CultureInfo.InvariantCulture),
                    midnight.AddMilliseconds(double.Parse(parts[0], CultureInfo.InvariantCulture))));
            }
            return quotes;
        }
        return null;
    }
}
