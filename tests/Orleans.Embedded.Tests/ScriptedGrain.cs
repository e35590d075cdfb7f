using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Embedded.Engine;
using Orleans.Embedded.Simulation;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>Does what the test's script says.</summary>
public interface IScriptedGrain : IGrainWithStringKey
{
    Task Run();

    Task RunUntil(CancellationToken cancellationToken);

    [OneWay]
    Task Tell();
}

/// <summary>What a scripted grain does at each point of its life. Nothing, unless a test says otherwise.</summary>
public sealed class Script
{
    public Func<ScriptedGrain, Task> Activate { get; set; } = _ => Task.CompletedTask;

    public Func<ScriptedGrain, CancellationToken, Task> Call { get; set; } = (_, _) => Task.CompletedTask;

    public Func<ValueTask> Dispose { get; set; } = () => ValueTask.CompletedTask;
}

public sealed class ScriptedGrain(Script script) : Grain, IScriptedGrain, IAsyncDisposable
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => script.Activate(this);

    public Task Run() => script.Call(this, default);

    public Task RunUntil(CancellationToken cancellationToken) => script.Call(this, cancellationToken);

    public Task Tell() => script.Call(this, default);

    public ValueTask DisposeAsync() => script.Dispose();
}

/// <summary>A host with a script, a clock that stands still, and what the host has logged.</summary>
internal sealed class ScriptedHost : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestHost _host;

    private ScriptedHost(TestHost host, Script script, SimulatedTimeProvider clock, Logged logged) =>
        (_host, Script, Clock, Logged) = (host, script, clock, logged);

    internal Script Script { get; }

    internal SimulatedTimeProvider Clock { get; }

    internal Logged Logged { get; }

    internal IClusterClient Client => _host.Client;

    internal IServiceProvider Services => _host.Services;

    internal IScriptedGrain Grain(string key = "a") => Client.GetGrain<IScriptedGrain>(key);

    /// <summary>The grain's activation; null when there is none.</summary>
    internal Activation? ActivationOf(IAddressable grain) => Services.GetRequiredService<GrainHost>().Directory.Find(grain.GetGrainId());

    internal static async Task<ScriptedHost> StartAsync(Action<EmbeddedOrleansOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var (script, clock, logged) = (new Script(), new SimulatedTimeProvider(), new Logged());
        var host = await TestHost.StartAsync(configure, collection =>
        {
            collection.AddSingleton(script).AddSingleton<TimeProvider>(clock).AddLogging(logging => logging.AddProvider(logged));
            services?.Invoke(collection);
        });
        return new ScriptedHost(host, script, clock, logged);
    }

    internal Task StopAsync() => _host.StopAsync();

    /// <summary>Without waiting for grains: a test that has failed may have left one that waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var service in Services.GetServices<IHostedService>())
            await service.StopAsync(new CancellationToken(true));
        await _host.DisposeAsync();
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class Logged : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _entries = new();
    private readonly SemaphoreSlim _arrived = new(0);

    /// <summary>The first entry that contains <paramref name="text"/>, now or later.</summary>
    internal async Task<string> EntryAsync(string text)
    {
        while (true)
        {
            if (_entries.FirstOrDefault(entry => entry.Contains(text, StringComparison.Ordinal)) is { } found)
                return found;
            (await _arrived.WaitAsync(ScriptedHost.Patience)).ShouldBeTrue($"nothing logged with '{text}'");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue($"{logLevel}: {formatter(state, exception)} {exception?.Message}");
        _arrived.Release();
    }

    public void Dispose() { }
}
