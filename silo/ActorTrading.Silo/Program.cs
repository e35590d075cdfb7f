using System.Runtime.InteropServices;
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
using Serilog.Extensions.Logging;

if (args is [ImportCommand.Name, ..])
{
    return await ImportCommand.RunAsync(args[1..]);
}

if (args is [RenewSecretsCommand.Name, ..])
{
    return await RenewSecretsCommand.RunAsync(args[1..]);
}

var (options, exitCode) = RunOptions.Parse(args);
if (options is null)
{
    return exitCode;
}

using var stop = new CancellationTokenSource();
try
{
    return await RunAsync(options, stop);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    // Told to stop before all was up: as good an end as any other.
    Console.WriteLine("Stopped.");
    return 0;
}
catch (Exception e)
{
    if (e is not (StartupException or PrivatePostgresException or StoreUnavailableException or MigrationException
        or ZmqLibraryMissingException or InvalidDataException or IOException or UnauthorizedAccessException or InvalidOperationException))
    {
        // Not foreseen: all that is known goes into the log too.
        Log.Fatal(e, "The process ends: {Reason}", e.Message);
    }

    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 1;
}
finally
{
    await Log.CloseAndFlushAsync();
}

static async Task<int> RunAsync(RunOptions options, CancellationTokenSource stop)
{
    ConsoleCancelEventHandler onCancel = (_, e) =>
    {
        e.Cancel = true;
        stop.Cancel();
    };
    Console.CancelKeyPress += onCancel;
    using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });

    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "ActorTrading.Silo", ContentRootPath = AppContext.BaseDirectory });
    var defaults = LocalKeys.Load(options.DataFolder).Append(new("Demo:Enabled", options.Demo ? "true" : "false")).Append(new("Demo:UserId", DemoWorld.UserId.ToString()));

    // Under what is configured: the environment and appsettings.json win.
    builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = defaults });
    var written = new LoggerConfiguration()
        .MinimumLevel.Verbose()
        .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}", formatProvider: System.Globalization.CultureInfo.InvariantCulture,
            standardErrorFromLevel: LogEventLevel.Verbose)
        .WriteTo.File(Path.Combine(options.DataFolder, "logs", options.Role == "all" ? "actortrading-.log" : $"actortrading-{options.Role}-{options.Port}-.log"), rollingInterval: RollingInterval.Day, retainedFileCountLimit: 14,
            formatProvider: System.Globalization.CultureInfo.InvariantCulture)
        .CreateLogger();
    Log.Logger = new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
        .ReadFrom.Configuration(builder.Configuration)
        .WriteTo.Sink(new PlainFaults(written))
        .CreateLogger();
    builder.Logging.ClearProviders();
    builder.Logging.AddSerilog(Log.Logger);

    // What can fail fails here, with an instruction, and not when much has been started.
    _ = new ZmqContext();
    var ownPort = builder.Configuration["urls"] is null && Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is null;
    if (ownPort)
    {
        ListeningPort.Require(options.Port);
    }

    var (webhooks, secrets) = (ConfiguredKeys.Webhooks(builder.Configuration), ConfiguredKeys.Secrets(builder.Configuration, options.DataFolder));
    await using var database = await LocalDatabase.StartAsync(builder.Configuration.GetConnectionString("Postgres"), options.DataFolder, stop.Token);
    using var logs = new SerilogLoggerFactory(Log.Logger);
    database.KeepRunning(logs.CreateLogger<PrivatePostgres>());
    builder.Services.AddSingleton(options);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddActorTradingPostgres(database.ConnectionString);
    builder.Services.AddSingleton(secrets);
    var simulated = builder.Configuration.GetValue("Market:Simulated", true);
    await using var terminals = simulated ? SimulatedTerminals.Start(options, TimeProvider.System) : null;
    if (options.Cluster > 0)
    {
        return await GrainHost.RunClusterAsync(options, database.ConnectionString, terminals, stop.Token);
    }

    using var metrics = new PrometheusMetrics();
    using var process = new ProcessMetrics(options.Role, TimeProvider.System);
    using var otlp = OtlpExport.Start(builder.Configuration, options.Role);
    builder.Services.AddSingleton(metrics);
    builder.AddGrainHost(options, database.ConnectionString);
    builder.Services.AddSingleton(new WebhookSettings(builder.Configuration.GetValue("Webhooks:AllowPrivate", false)));
    builder.Services.AddSingleton(new SmtpSettings(
        builder.Configuration["Smtp:Host"], Numbers.Of(builder.Configuration, "Smtp:Port", 587, 1, 65535), builder.Configuration.GetValue("Smtp:StartTls", true),
        builder.Configuration["Smtp:From"] ?? "alerts@localhost", builder.Configuration["Smtp:Username"], builder.Configuration["Smtp:Password"]));
    builder.Services.AddSingleton(webhooks);

    // The simulated market never closes; a real one's sessions are those of the catalogue.
    IReadOnlyList<Instrument> instruments = builder.Configuration.GetValue("Market:AlwaysOpen", simulated)
        ? [.. InstrumentCatalog.All.Select(i => i with { Schedule = TradingSchedule.Always })]
        : InstrumentCatalog.All;
    if (options.Role == "api")
    {
        builder.Services.AddActorTradingMarket(instruments).AddHostedService<MarketStarter>();
    }
    else
    {
        builder.Services.AddSingleton(TerminalSettings.Default with
        {
            Limits = new TerminalLimits
            {
                OpeningsWaitingMax = Numbers.Of(builder.Configuration, "Terminals:OpeningsWaitingMax", TerminalLimits.Default.OpeningsWaitingMax, 0, int.MaxValue),
                ChangesWaitingMax = Numbers.Of(builder.Configuration, "Terminals:ChangesWaitingMax", TerminalLimits.Default.ChangesWaitingMax, 0, int.MaxValue),
            },
        });
        builder.Services.AddActorTradingGrains(instruments);
    }

    if (options.Role == "silo")
    {
        builder.Services.AddActorTradingHealth();
    }
    else
    {
        builder.Services.AddActorTradingApi(builder.Configuration);
        if ((terminals?.Addresses ?? DemoTerminals.From(builder.Configuration)) is { } addresses)
        {
            builder.Services.AddSingleton(addresses).AddSingleton<DemoWorld>().AddHostedService<DemoTrader>();
        }
    }

    builder.Services.AddHostedService<LiveLine>();
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
    if (ownPort)
    {
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.Port}");
    }

    await using var app = builder.Build();
    if (options.Role == "silo")
    {
        app.MapActorTradingHealth();
    }
    else
    {
        app.MapActorTradingApi();
    }

    PrometheusMetrics.Map(app);
    if (app.Services.GetService<DemoWorld>() is { } world)
    {
        await world.PrepareAsync(stop.Token);
    }

    await app.StartAsync(stop.Token);
    Console.WriteLine(options.Role == "all"
        ? $"""

            ActorTrading runs (grain host: {GrainHost.Name}).
              screen   {app.Urls.First()}/
              API      {app.Urls.First()}/docs
              data     {options.DataFolder}
            {(options.Demo ? $"  demo     login {DemoWorld.Username}, password {DemoWorld.Password}" : "  no demo users; POST /api/v1/auth/register makes one")}
            Ctrl-C stops everything that was started.

            """
        : $"ActorTrading runs as {options.Role} (grain host: {GrainHost.Name}) at {app.Urls.First()}");
    if (builder.Configuration.GetValue("Cluster:StopsWithInput", false))
    {
        // Started by another process: its end, in whatever way, is the end of the input.
        _ = Task.Run(() =>
        {
            while (Console.In.ReadLine() is not null)
            {
            }

            stop.Cancel();
        });
    }

    using var registration = stop.Token.Register(app.Lifetime.StopApplication);
    await app.WaitForShutdownAsync(CancellationToken.None);
    Console.WriteLine("Stopped.");
    return 0;
}
