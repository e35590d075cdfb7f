using ActorTrading.Api;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Grains;
using ActorTrading.Mt5.ZeroMq;
using ActorTrading.Postgres;
using ActorTrading.Postgres.Migrations;
using ActorTrading.Postgres.Private;
using ActorTrading.Silo;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Events;

if (args is [ImportCommand.Name, ..])
{
    return await ImportCommand.RunAsync(args[1..]);
}

var (options, exitCode) = RunOptions.Parse(args);
if (options is null)
{
    return exitCode;
}

try
{
    return await RunAsync(options);
}
catch (Exception e) when (e is StartupException or PrivatePostgresException or StoreUnavailableException or MigrationException
    or ZmqLibraryMissingException or InvalidDataException or IOException or UnauthorizedAccessException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 1;
}
finally
{
    await Log.CloseAndFlushAsync();
}

static async Task<int> RunAsync(RunOptions options)
{
    using var stop = new CancellationTokenSource();
    ConsoleCancelEventHandler onCancel = (_, e) =>
    {
        e.Cancel = true;
        stop.Cancel();
    };
    Console.CancelKeyPress += onCancel;

    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "ActorTrading.Silo", ContentRootPath = AppContext.BaseDirectory });
    var defaults = LocalKeys.Load(options.DataFolder).Append(new("Demo:Enabled", options.Demo ? "true" : "false")).Append(new("Demo:UserId", DemoWorld.UserId.ToString()));

    // Under what is configured: the environment and appsettings.json win.
    builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = defaults });
    Log.Logger = new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        .ReadFrom.Configuration(builder.Configuration)
        .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}", formatProvider: System.Globalization.CultureInfo.InvariantCulture,
            standardErrorFromLevel: LogEventLevel.Verbose)
        .WriteTo.File(Path.Combine(options.DataFolder, "logs", "actortrading-.log"), rollingInterval: RollingInterval.Day, retainedFileCountLimit: 14,
            formatProvider: System.Globalization.CultureInfo.InvariantCulture)
        .CreateLogger();
    builder.Logging.ClearProviders();
    builder.Logging.AddSerilog(Log.Logger);

    // Fails here, with an instruction, and not at the first quote.
    _ = new ZmqContext();
    await using var database = await LocalDatabase.StartAsync(builder.Configuration.GetConnectionString("Postgres"), options.DataFolder, stop.Token);
    builder.Services.AddSingleton(options);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddActorTradingPostgres(database.ConnectionString);
    builder.Services.AddSingleton(builder.Configuration["Secrets:Keys"] is { Length: > 0 } keys
        ? KeyRing.Parse(keys)
        : KeyRing.LoadOrCreate(Path.Combine(options.DataFolder, "secrets.keys")));
    builder.AddGrainHost(options, database.ConnectionString);

    // The simulated market never closes; a real one's sessions are those of the catalogue.
    var simulated = builder.Configuration.GetValue("Market:Simulated", true);
    builder.Services.AddSingleton(new WebhookSettings(builder.Configuration.GetValue("Webhooks:AllowPrivate", false)));
    builder.Services.AddSingleton(new SmtpSettings(
        builder.Configuration["Smtp:Host"], builder.Configuration.GetValue("Smtp:Port", 587), builder.Configuration.GetValue("Smtp:StartTls", true),
        builder.Configuration["Smtp:From"] ?? "alerts@localhost", builder.Configuration["Smtp:Username"], builder.Configuration["Smtp:Password"]));
    builder.Services.AddSingleton(new WebhookSecrets(Convert.FromBase64String(builder.Configuration["Webhooks:Key"]!)));
    builder.Services.AddActorTradingGrains(builder.Configuration.GetValue("Market:AlwaysOpen", simulated) ? [.. InstrumentCatalog.All.Select(i => i with { Schedule = TradingSchedule.Always })] : InstrumentCatalog.All);
    builder.Services.AddActorTradingApi(builder.Configuration);
    await using var terminals = simulated ? SimulatedTerminals.Start(options, TimeProvider.System) : null;
    if (terminals is not null)
    {
        builder.Services.AddSingleton(terminals);
        builder.Services.AddSingleton<DemoWorld>();
    }

    if (terminals is not null)
    {
        builder.Services.AddHostedService<DemoTrader>();
    }

    builder.Services.AddHostedService<LiveLine>();
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
    if (builder.Configuration["urls"] is null && Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is null)
    {
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.Port}");
    }

    await using var app = builder.Build();
    app.MapActorTradingApi();
    if (app.Services.GetService<DemoWorld>() is { } world)
    {
        await world.PrepareAsync(stop.Token);
    }

    await app.StartAsync(stop.Token);
    Console.WriteLine($"""

        ActorTrading runs (grain host: {GrainHost.Name}).
          screen   {app.Urls.First()}/
          API      {app.Urls.First()}/docs
          data     {options.DataFolder}
        {(options.Demo ? $"  demo     login {DemoWorld.Username}, password {DemoWorld.Password}" : "  no demo users; POST /api/v1/auth/register makes one")}
        Ctrl-C stops everything that was started.

        """);
    using var registration = stop.Token.Register(app.Lifetime.StopApplication);
    await app.WaitForShutdownAsync(CancellationToken.None);
    Console.WriteLine("Stopped.");
    return 0;
}
