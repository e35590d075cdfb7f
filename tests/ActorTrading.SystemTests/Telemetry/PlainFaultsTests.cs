using ActorTrading.Postgres;
using ActorTrading.Silo;
using Microsoft.AspNetCore.SignalR;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ActorTrading.SystemTests.Telemetry;

public sealed class PlainFaultsTests
{
    [Fact]
    public void What_is_known_to_happen_is_told_in_one_line_with_its_reason()
    {
        var away = Thrown(() => throw new StoreUnavailableException("PostgreSQL is not available: Failed to connect", new IOException("Failed to connect\nto nowhere")));
        var told = Told(log => log.Warning(away, "Link {LinkId} could not be looked at; trying again", 7));
        told.Exception.ShouldBeNull();
        told.RenderMessage().ShouldBe("Link 7 could not be looked at; trying again: PostgreSQL is not available: Failed to connect (Failed to connect to nowhere)");
        told.Level.ShouldBe(LogEventLevel.Warning);
        told.Properties.Keys.ShouldBe(["LinkId", "Reason"], ignoreOrder: true);
        Told(log => log.Warning(Thrown(() => throw new TimeoutException("{0} took too long")), "No answer")).RenderMessage().ShouldBe("No answer: {0} took too long");
    }

    [Fact]
    public void What_nobody_foresaw_keeps_its_stack()
    {
        var bug = Thrown(() => throw new InvalidOperationException("a bug"));
        Told(log => log.Error(bug, "Failed")).Exception.ShouldBeSameAs(bug);
        Told(log => log.Information("Nothing wrong")).RenderMessage().ShouldBe("Nothing wrong");
    }

    [Fact]
    public void What_a_client_is_refused_fills_no_log()
    {
        var refused = Thrown(() => throw new HubException("VALIDATION_FAILED: id: must be a UUID."));
        Written(log => log.Error(refused, "Failed to invoke hub method '{HubMethod}'.", "SubscribeBacktest")).ShouldBeEmpty();
    }

    private static LogEvent Told(Action<ILogger> tell) => Written(tell).ShouldHaveSingleItem();

    private static List<LogEvent> Written(Action<ILogger> tell)
    {
        var written = new Sink();
        using (var log = new LoggerConfiguration().WriteTo.Sink(new PlainFaults(new LoggerConfiguration().WriteTo.Sink(written).CreateLogger())).CreateLogger())
        {
            tell(log);
            written.IsClosed.ShouldBeFalse();
        }

        written.IsClosed.ShouldBeTrue("what is buffered must be written at the end");
        return written.Events;
    }

    private static Exception Thrown(Action act) => Should.Throw<Exception>(act);

    private sealed class Sink : ILogEventSink, IDisposable
    {
        public List<LogEvent> Events { get; } = [];

        public bool IsClosed { get; private set; }

        public void Emit(LogEvent logEvent) => Events.Add(logEvent);

        public void Dispose() => IsClosed = true;
    }
}
