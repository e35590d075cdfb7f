using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans;
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

    [Fact]
    public async Task A_stop_loss_that_a_quote_reaches_before_it_stands_in_the_book_acts_at_that_quote()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        var lost = 0;
        simulation.Host.Faults.OnCall = call => call.Method.StartsWith(Arm, StringComparison.Ordinal) && ++lost == 1 ? CallFault.Lost : CallFault.None;
        simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            await trader.QuoteAsync(1.1m);
            await trader.BuyAsync(stopLoss: 1.095m);
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Host.Clock);
            await trader.QuoteAsync(1.094m);
            await Task.Delay(TimeSpan.FromMinutes(2), simulation.Host.Clock);
        });
        lost.ShouldBeGreaterThan(1);
        var closed = trader.Closed.ShouldHaveSingleItem();
        (closed.Reason, closed.Price).ShouldBe((DealReason.StopLoss, 1.09399m));
    }

    [Fact]
    public async Task A_spike_that_reaches_the_account_late_leaves_alone_what_was_opened_after_it()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        simulation.Host.Faults.OnCall = call => call.Method.StartsWith("IAccountGrain.OnTrigger", StringComparison.Ordinal) ? CallFault.Late(While) : CallFault.None;
        var (before, after) = (Guid.Empty, Guid.Empty);
        simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            await trader.QuoteAsync(1.1m);
            before = await trader.BuyAsync(stopLoss: 1.095m);
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Host.Clock);
            await trader.QuoteAsync(1.094m);
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Host.Clock);
            await trader.QuoteAsync(1.1m);
            after = await trader.BuyAsync(stopLoss: 1.096m);
            await Task.Delay(3 * While, simulation.Host.Clock);
        });
        trader.Closed.ShouldHaveSingleItem().PositionId.ShouldBe(before);
        simulation.Ledger.Accounts[trader.Id].Positions.Keys.ShouldBe([after]);
    }

    [Fact]
    public async Task The_levels_of_an_account_that_did_not_hear_that_its_symbol_began_anew_are_armed_when_it_can()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            await trader.QuoteAsync(1.1m);
            await trader.BuyAsync(stopLoss: 1.095m);
            await Task.Delay(While, simulation.Host.Clock);
        });
        var lost = 0;
        simulation.Host.Faults.OnCall = call =>
        {
            if (call.Target != trader.Account.GetGrainId())
            {
                return CallFault.None;
            }

            lost++;
            return CallFault.Lost;
        };
        trader.Kill();
        SimulatedTrader.KillSymbol(simulation);
        simulation.Host.Run(async () =>
        {
            await trader.QuoteAsync(1.1m);
            await Task.Delay(TimeSpan.FromMinutes(1), simulation.Host.Clock);
            simulation.Host.Faults.None();
            await Task.Delay(TimeSpan.FromMinutes(2), simulation.Host.Clock);
            await trader.QuoteAsync(1.094m);
            await Task.Delay(While, simulation.Host.Clock);
        });
        lost.ShouldBeGreaterThan(0);
        trader.Closed.ShouldHaveSingleItem().Reason.ShouldBe(DealReason.StopLoss);
    }

    [Fact]
    public async Task An_account_that_does_not_know_what_was_written_comes_back_by_itself_and_arms_it()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        var faults = simulation.Ledger.Faults;
        simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            await trader.QuoteAsync(1.1m);
            var position = await trader.BuyAsync();
            await Task.Delay(While, simulation.Host.Clock);
            faults.LostAnswers = 1;
            await Should.ThrowAsync<StoreUnavailableException>(() => trader.Account.ModifyPositionAsync(new ModifyPosition(position, 1.095m, null, null)));

            // The store is not back at once.
            (faults.LostAnswers, faults.Reads) = (0, 1);
            await Task.Delay(TimeSpan.FromSeconds(5), simulation.Host.Clock);
            faults.None();
            await Task.Delay(TimeSpan.FromMinutes(1), simulation.Host.Clock);
            await trader.QuoteAsync(1.094m);
            await Task.Delay(While, simulation.Host.Clock);
        });
        trader.Closed.ShouldHaveSingleItem().Reason.ShouldBe(DealReason.StopLoss);
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
