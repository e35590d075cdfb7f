using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>What time does to a paper account it does also where nobody is awake when it is due.</summary>
public sealed class PassingTimeTests
{
    private static readonly DateTimeOffset RollOver = new(2026, 1, 1, 22, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_close_of_the_next_morning_realises_the_swap_of_the_night_that_was_slept_through()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        var position = simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            return await trader.BuyAsync();
        });
        trader.Kill();
        simulation.Host.Clock.Advance(TimeSpan.FromHours(30));
        simulation.Host.Run(() => trader.CloseAsync(position));

        var swap = trader.Events.OfType<SwapCharged>().ShouldHaveSingleItem();
        swap.TradingDay.ShouldBe(new DateOnly(2026, 1, 1));
        swap.Amount.ShouldBeLessThan(0m);
        trader.Closed.ShouldHaveSingleItem().Swap.ShouldBe(swap.Amount);
    }

    [Fact]
    public async Task A_close_after_a_long_absence_realises_every_night_also_where_they_are_charged_in_several_passes()
    {
        const int positions = 60;
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        var position = simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            for (var i = 1; i < positions; i++)
            {
                await trader.BuyAsync(volume: 0.01m);
            }

            return await trader.BuyAsync();
        });
        trader.Kill();
        simulation.Host.Clock.Advance(TimeSpan.FromDays(25));
        simulation.Host.Run(() => trader.CloseAsync(position));

        var swaps = trader.Events.OfType<SwapCharged>().ToList();
        swaps.Count.ShouldBe(positions * 17, "Thursday the 1st to Friday the 23rd");
        trader.Closed.ShouldHaveSingleItem().Swap.ShouldBe(swaps.Where(s => s.PositionId == position).Sum(s => s.Amount));
    }

    [Fact]
    public async Task An_account_that_nobody_calls_is_charged_at_the_roll_over()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        // An idle activation lives a quarter of an hour.
        simulation.Host.Clock.Advance(RollOver.AddMinutes(-40) - simulation.Host.Clock.GetUtcNow());
        simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            await trader.BuyAsync();
            await Task.Delay(TimeSpan.FromMinutes(41), simulation.Host.Clock);
        });
        simulation.Ledger.EntriesOf(trader.Id).Single(e => e.Event is SwapCharged).At.ShouldBe(RollOver);
    }

    [Fact]
    public async Task A_swap_that_could_not_be_written_is_charged_when_it_can()
    {
        await using var simulation = CopySimulation.Open();
        var trader = new SimulatedTrader(simulation);
        simulation.Host.Clock.Advance(RollOver.AddMinutes(-1) - simulation.Host.Clock.GetUtcNow());
        simulation.Host.Run(async () =>
        {
            await trader.OpenAsync();
            await trader.BuyAsync();
            simulation.Ledger.Faults.Refused = 1;
            await Task.Delay(TimeSpan.FromMinutes(2), simulation.Host.Clock);
            trader.Events.OfType<SwapCharged>().ShouldBeEmpty();
            simulation.Ledger.Faults.None();
            await Task.Delay(TimeSpan.FromSeconds(10), simulation.Host.Clock);
        });
        trader.Events.OfType<SwapCharged>().ShouldHaveSingleItem();
    }
}
