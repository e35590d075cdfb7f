using System.CommandLine;
using ActorTrading.Domain;
using ActorTrading.Grains;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using Timeframe = ActorTrading.Domain.Timeframe;

namespace ActorTrading.Silo;

/// <summary><c>import --symbol EURUSD --timeframe H1 --file bars.csv</c>: history for charts and backtests.</summary>
internal static class ImportCommand
{
    public const string Name = "import";

    public static Task<int> RunAsync(string[] args)
    {
        var symbol = new Option<string>("--symbol") { Description = "Which instrument, such as EURUSD", Required = true };
        var timeframe = new Option<Timeframe>("--timeframe") { Description = "M1 … MN1; finer bars and ticks are gathered", Required = true };
        var file = new Option<FileInfo>("--file") { Description = "A .csv, or a .zip of one: time,open,high,low,close,volume with a header; quote bars and ticks without one", Required = true };
        var zone = new Option<string>("--timezone") { Description = "Zone of times that name none", DefaultValueFactory = _ => "UTC" };
        var data = new Option<DirectoryInfo>("--data") { Description = "Folder of the private PostgreSQL, unless ConnectionStrings__Postgres names a server", DefaultValueFactory = _ => new DirectoryInfo("data") };
        var command = new RootCommand("Imports bars. Doing it again changes nothing. A private PostgreSQL must not be in use: stop the system first.") { symbol, timeframe, file, zone, data };
        command.SetAction(async (result, cancellation) =>
        {
            try
            {
                var instrument = InstrumentCatalog.All.FirstOrDefault(i => i.Symbol == result.GetValue(symbol))
                    ?? throw new BarFileException($"There is no symbol '{result.GetValue(symbol)}'; known are {string.Join(", ", InstrumentCatalog.All.Select(i => i.Symbol))}.");
                await ImportAsync(instrument, result.GetValue(timeframe), result.GetValue(file)!.FullName, result.GetValue(zone)!, result.GetValue(data)!.FullName, cancellation);
                return 0;
            }
            catch (Exception e) when (e is BarFileException or StartupException or PrivatePostgresException or StoreUnavailableException or MigrationException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"error: {e.Message}");
                return 1;
            }
        });
        return command.Parse(args).InvokeAsync();
    }

    private static async Task ImportAsync(Instrument instrument, Timeframe timeframe, string file, string zone, string dataFolder, CancellationToken cancellation)
    {
        var configured = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build();
        await using var database = await LocalDatabase.StartAsync(configured.GetConnectionString("Postgres"), dataFolder, cancellation);
        var services = new ServiceCollection().AddLogging();
        services.AddActorTradingPostgres(database.ConnectionString);
        await using var provider = services.BuildServiceProvider();
        var import = new BarImport(provider.GetRequiredService<ICandleStore>(), FeedSettings.Default.TradingDay);
        var (count, first, last) = await import.RunAsync(instrument, timeframe, file, zone, new Progress<int>(n => Console.Write($"\r{n} bars")), cancellation);
        Console.WriteLine($"\r{count} {timeframe} bars of {instrument.Symbol} are stored, from {first:u} to {last:u}.");
    }
}
