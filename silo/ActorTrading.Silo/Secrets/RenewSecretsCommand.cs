using System.CommandLine;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;

namespace ActorTrading.Silo;

/// <summary><c>renew-secrets</c>: after a key has been added, everything that an older one encrypts is encrypted with it, so that the older one can go.</summary>
internal static class RenewSecretsCommand
{
    public const string Name = "renew-secrets";

    private const int AtOnce = 1_000;

    public static Task<int> RunAsync(string[] args)
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "Folder of the keys and the private PostgreSQL, unless Secrets__Keys and ConnectionStrings__Postgres name others", DefaultValueFactory = _ => new DirectoryInfo("data") };
        var command = new RootCommand("Encrypts stored secrets with the newest key. Doing it again changes nothing. A private PostgreSQL must not be in use: stop the system first.") { data };
        command.SetAction(async (result, cancellation) =>
        {
            var configured = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build();
            try
            {
                var count = await RenewAsync(configured, result.GetValue(data)!.FullName, cancellation);
                Console.WriteLine(count == 0 ? "Nothing is encrypted with an older key." : $"{count} secrets are encrypted with the newest key now, and none with an older one.");
                return 0;
            }
            catch (Exception e) when (e is SecretUnreadableException or StartupException or PrivatePostgresException or StoreUnavailableException or MigrationException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"error: {e.Message}");
                return 1;
            }
        });
        return command.Parse(args).InvokeAsync();
    }

    /// <returns>How many were renewed.</returns>
    /// <exception cref="SecretUnreadableException">All others are renewed, this one cannot be read.</exception>
    internal static async Task<int> RenewAsync(IConfiguration configured, string dataFolder, CancellationToken cancellation)
    {
        var keys = ConfiguredKeys.Secrets(configured, dataFolder);
        await using var database = await LocalDatabase.StartAsync(configured.GetConnectionString("Postgres"), dataFolder, cancellation);
        var services = new ServiceCollection().AddLogging().AddSingleton(keys);
        services.AddActorTradingPostgres(database.ConnectionString);
        await using var provider = services.BuildServiceProvider();
        var renewal = provider.GetRequiredService<SecretRenewal>();
        for (var total = 0; ;)
        {
            var renewed = await renewal.RunAsync(AtOnce, TimeProvider.System.GetUtcNow(), cancellation);
            if (renewed == 0)
            {
                return total;
            }

            total += renewed;
        }
    }
}
