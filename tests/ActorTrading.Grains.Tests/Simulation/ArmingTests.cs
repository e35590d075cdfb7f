using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>What a paper account waits for comes to stand in its symbols' trigger books, and nobody waits for that.</summary>
public sealed class ArmingTests
{
    private const string Arm = "ISymbolGrain.Arm";
    private static readonly TimeSpan While = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_loss_that_its_symbol_did_not_hear_of_is_armed_again_by_itself(bool heardButNotAnswered)
    {
        await using var simulation = CopySimulation.Open();
        var lost = 0;
        simulation.Host.Faults.OnCall = call => !call.Method.StartsWith(Arm, StringComparison.Ordinal) || ++lost > 2 ? CallFault.None
            : heardButNotAnswered ? CallFault.ReplyLost : CallFault.Lost;
        simulation.Host.Run(async () =>
        {
            await BuyAsync(simulation, stopLoss: 1.095m);
            await Task.Delay(TimeSpan.FromMinutes(2), simulation.Host.Clock);
            await QuoteAsync(simulation, 1.094m);
            await Task.Delay(While, simulation.Host.Clock);
        });
        lost.ShouldBeGreaterThan(2);
        simulation.Ledger.EntriesOf(simulation.Leader).Select(e => e.Event).OfType<DealExecuted>().Last().Deal.Entry.ShouldBe(DealEntry.Out);
    }

    [Fact]
    public async Task An_order_does_not_wait_for_the_arming_of_the_one_before()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Faults.OnCall = call => call.Method.StartsWith(Arm, StringComparison.Ordinal) ? CallFault.Late(While) : CallFault.None;
        var (took, state) = (TimeSpan.MaxValue, AccountState.Empty);
        simulation.Host.Run(async () =>
        {
            await BuyAsync(simulation, stopLoss: 1.095m);
            var started = simulation.Host.Clock.GetTimestamp();
            (await BuyAsync(simulation, stopLoss: 1.096m)).Accepted.ShouldBeTrue();
            took = simulation.Host.Clock.GetElapsedTime(started);

            // Both have come to stand in the book.
            await Task.Delay(3 * While, simulation.Host.Clock);
            (await simulation.Account(simulation.Leader).GetStateAsync()).Positions.ShouldNotBeEmpty();
            await QuoteAsync(simulation, 1.094m);
            await Task.Delay(3 * While, simulation.Host.Clock);
            state = await simulation.Account(simulation.Leader).GetStateAsync();
        });
        took.ShouldBeLessThan(While);
        state.Positions.ShouldBeEmpty();
    }

    private static Task<TradeResult> BuyAsync(CopySimulation simulation, decimal stopLoss)
    {
        var id = DeterministicId.FromNumbers(1, (long)(stopLoss * 1000));
        return simulation.Account(simulation.Leader).PlaceAsync(new PlaceOrder
        {
            OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = "EURUSD", Side = Side.Buy, Type = OrderType.Market, Volume = 0.1m, StopLoss = stopLoss,
        });
    }

    private static Task QuoteAsync(CopySimulation simulation, decimal bid) => simulation.Host.Client.GetGrain<ISymbolGrain>("EURUSD")
        .PublishAsync(new QuoteBatch("EURUSD", "simulated", [new Quote("EURUSD", bid, bid + 0.0001m, simulation.Host.Clock.GetUtcNow())], 0, 0));
}
