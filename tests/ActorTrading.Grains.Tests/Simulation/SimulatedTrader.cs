using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>A hedging paper account in a simulation, and the quotes that it lives by.</summary>
internal sealed class SimulatedTrader(CopySimulation simulation)
{
    private const string Symbol = "EURUSD";
    private int _orders;

    public Guid Id { get; } = DeterministicId.FromNumbers(6, 6);

    public IAccountGrain Account => simulation.Account(Id);

    public IEnumerable<LedgerEvent> Events => simulation.Ledger.EntriesOf(Id).Select(e => e.Event);

    public IEnumerable<Deal> Closed => Events.OfType<DealExecuted>().Select(e => e.Deal).Where(d => d.Entry == DealEntry.Out);

    private DateTimeOffset Now => simulation.Host.Clock.GetUtcNow();

    public Task OpenAsync() =>
        Account.OpenAsync(new OpenAccount(DeterministicId.FromNumbers(6, 7), "Simulated", AccountKind.Paper, PositionMode.Hedging, "USD", 100, 100_000m, null, Now));

    public async Task<Guid> BuyAsync(decimal? stopLoss = null, decimal volume = 0.1m)
    {
        var id = DeterministicId.FromNumbers(60, ++_orders);
        (await Account.PlaceAsync(new PlaceOrder
        {
            OrderId = id, ClientOrderId = ClientOrderIds.ForOrder(id), Symbol = Symbol, Side = Side.Buy, Type = OrderType.Market, Volume = volume, StopLoss = stopLoss,
        })).Accepted.ShouldBeTrue();
        return id;
    }

    public async Task CloseAsync(Guid position)
    {
        var id = DeterministicId.FromNumbers(60, ++_orders);
        (await Account.ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), position, null))).Accepted.ShouldBeTrue();
    }

    public Task QuoteAsync(decimal bid) =>
        simulation.Host.Client.GetGrain<ISymbolGrain>(Symbol).PublishAsync(new QuoteBatch(Symbol, "simulated", [new Quote(Symbol, bid, bid + 0.0001m, Now)], 0, 0));

    /// <summary>The account's activation ends as in a crash.</summary>
    public void Kill() => simulation.Host.Kill(Account.GetGrainId());

    public static void KillSymbol(CopySimulation simulation) => simulation.Host.Kill(simulation.Host.Client.GetGrain<ISymbolGrain>(Symbol).GetGrainId());
}
