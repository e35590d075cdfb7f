using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Tests.Client;

/// <summary>Trades through accidents: whatever happens to an answer, what is concluded is what the broker did.</summary>
public sealed class ChaosTests
{
    private const int Trades = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_outcome_concluded_is_the_brokers_and_no_request_arrives_twice(int seed)
    {
        var options = new SimulatedTerminalOptions
        {
            PortBase = 0,
            Instruments = [SimulatedPair.Eurusd],
            Seed = seed,
            RejectRate = 0.1,
            PartialFillRate = 0.2,
            SilenceRate = 0.15,
            DisconnectRate = 0.15,
            Defects = TerminalDefects.AsTheEaIs | TerminalDefects.StrayErrors,
        };
        await using var terminal = new SimulatedTerminal(options, new NoQuotes());
        terminal.Start();
        await terminal.PushQuote(new Quote("EURUSD", 1.10000m, 1.10010m, SimulatedPair.Start)).OrHang();
        var events = new RecordedEvents();
        await using var client = new Mt5TerminalClient(
            terminal.ClientOptions with { QuietPeriod = TimeSpan.FromMilliseconds(20), TradeTimeout = TimeSpan.FromMilliseconds(200) }, events);
        client.Start();

        var concluded = new Dictionary<string, decimal>();
        for (var i = 0; i < Trades; i++)
        {
            var request = TradeRequest.Market($"chaos:{i}", "EURUSD", i % 2 == 0 ? Side.Buy : Side.Sell, 0.1m);
            var before = (await Books.Settle(client)).Snapshot;
            var outcome = await client.TradeAsync(request).OrHang();
            concluded[request.ClientOrderId] = outcome switch
            {
                TradeOutcome.Answered a => a.Succeeded ? a.Volume : 0,
                TradeOutcome.Refused => -1, // never sent
                _ => OutcomeResolver.Resolve(before, await Books.Settle(client), [request], PositionMode.Hedging)[0] switch
                {
                    ResolvedOutcome.Executed e => e.Volume,
                    ResolvedOutcome.NotExecuted => 0,
                    var other => throw new InvalidOperationException($"{other}"),
                },
            };
        }

        var audit = await terminal.GetAuditAsync().OrHang();
        audit.Select(a => a.ClientOrderId).ShouldBeUnique();
        foreach (var (id, volume) in concluded)
        {
            var seen = audit.SingleOrDefault(a => a.ClientOrderId == id);
            (seen is null).ShouldBe(volume == -1, $"{id}: {seen}");
            if (seen is not null)
                volume.ShouldBe(seen.Retcode switch { Retcode.Done => 0.1m, Retcode.DonePartial => 0.05m, _ => 0m }, $"{id}: {seen}");
        }
        terminal.Statistics.Disconnections.ShouldBeGreaterThan(0);
    }
}
