using System.Diagnostics;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;

namespace ActorTrading.Mt5.Tests.Simulation;

/// <summary>The simulator as a program: started, killed and started again.</summary>
public sealed class ProgramTests
{
    private static readonly string Dll = typeof(ActorTrading.Mt5.Simulator.SimulatorArguments).Assembly.Location;

    private static Process Start(string arguments, string? library = null)
    {
        var info = new ProcessStartInfo("dotnet", $"\"{Dll}\" {arguments}") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (library is not null)
            info.Environment["ACTORTRADING_LIBZMQ"] = library;
        return Process.Start(info)!;
    }

    [Fact]
    public async Task Without_libzmq_it_says_what_to_install()
    {
        using var program = Start("--port-base 20000", library: "/nowhere/libzmq.so.5");
        (await program.StandardError.ReadToEndAsync().OrHang()).ShouldContain(OperatingSystem.IsLinux() ? "apt-get install libzmq5" : "Install");
        await program.WaitForExitAsync().OrHang();
        program.ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_broker_killed_in_the_middle_of_trading_has_done_what_its_client_concludes()
    {
        var folder = Directory.CreateTempSubdirectory("mt5-kill-");
        var port = TestPorts.Next();
        var line = $"--port-base {port} --state \"{folder.FullName}\" --symbols EURUSD --rate 50 --quiet";
        var events = new RecordedEvents();
        await using var client = new Mt5TerminalClient(new Mt5TerminalOptions
        {
            RequestPort = port,
            ReplyPort = port + 1,
            StreamPort = port + 2,
            EventPort = port + 3,
            QuietPeriod = TimeSpan.FromMilliseconds(50),
            MaxBackoff = TimeSpan.FromMilliseconds(200),
        }, events);
        client.Start();
        Process? broker = null;
        try
        {
            var concluded = new Dictionary<string, bool>();
            for (var round = 0; round < 3; round++)
            {
                broker = Start(line);
                var before = (await Books.Settle(client)).Snapshot;
                // One after the other until the kill catches one of them.
                var trading = Task.Run(async () =>
                {
                    var known = new HashSet<long>();
                    for (var i = 0; ; i++)
                    {
                        var request = TradeRequest.Market($"kill:{round}:{i}", "EURUSD", Side.Buy, 0.01m);
                        switch (await client.TradeAsync(request))
                        {
                            case TradeOutcome.Answered a:
                                concluded[request.ClientOrderId] = a.Succeeded;
                                if (a.Succeeded)
                                    known.Add(a.Order);
                                break;
                            case TradeOutcome.Unknown:
                                return (Doubt: (TradeRequest?)request, known);
                            default:
                                return (null, known); // never sent
                        }
                    }
                });
                await events.Trades.Next();
                for (var i = 0; i < round * 7; i++)
                    await events.Trades.Next();
                broker.Kill();
                var (doubt, answered) = await trading.OrHang();
                await broker.WaitForExitAsync().OrHang();
                broker.Dispose();

                broker = Start(line);
                var now = await Books.Settle(client);
                if (doubt is not null)
                    concluded[doubt.ClientOrderId] = OutcomeResolver.Resolve(before, now, [doubt], PositionMode.Hedging, answered)[0] is ResolvedOutcome.Executed;
                broker.Kill();
                await broker.WaitForExitAsync().OrHang();
                broker.Dispose();
                broker = null;
            }

            var audit = BrokerJournal.Read(Path.Combine(folder.FullName, "account-1.jsonl")).Select(l => l.Audit).OfType<AuditRecord>().ToList();
            audit.Select(a => a.ClientOrderId).ShouldBeUnique();
            audit.Where(a => a.Retcode == Retcode.Done).Select(a => a.ClientOrderId).Order()
                .ShouldBe(concluded.Where(c => c.Value).Select(c => c.Key).Order());
            concluded.Count.ShouldBeGreaterThan(3);
        }
        finally
        {
            broker?.Kill();
            broker?.Dispose();
            folder.Delete(recursive: true);
        }
    }
}
