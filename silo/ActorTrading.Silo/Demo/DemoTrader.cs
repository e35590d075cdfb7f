using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Silo;

/// <summary>A leader for the demo: opens, moves the stop, closes half, closes the rest, and begins again with another symbol.</summary>
internal sealed class DemoTrader(RunOptions options, DemoWorld world, IGrainFactory grains, ProcessMarket market, TimeProvider clock, ILogger<DemoTrader> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly Random _dice = new(options.Seed);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await OpenAsync())
        {
            await Task.Delay(Pause, clock, stoppingToken);
        }

        if (!options.Demo)
        {
            return;
        }

        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TradeAsync(timer, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning(e, "The demo leader missed a trade and goes on");
            }
        }
    }

    private async Task<bool> OpenAsync()
    {
        try
        {
            await world.OpenAsync();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning(e, "The demo's accounts do not answer yet; trying again");
            return false;
        }
    }

    private async Task TradeAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        var quoted = market.Instruments.Where(i => market.LastQuote(i.Symbol) is not null).ToList();
        if (quoted.Count == 0)
        {
            return;
        }

        foreach (var symbol in quoted.Take(3))
        {
            await world.AlertAsync(symbol.Symbol, decimal.Round(market.LastQuote(symbol.Symbol)!.Value.Bid, Math.Max(0, symbol.Digits - 1)));
        }

        var leader = grains.GetGrain<IAccountGrain>(DemoWorld.LeaderId);
        var instrument = quoted[_dice.Next(quoted.Count)];
        var side = _dice.Next(2) == 0 ? Side.Buy : Side.Sell;
        var quote = market.LastQuote(instrument.Symbol)!.Value;
        var distance = decimal.Round(quote.Mid * 0.004m, instrument.Digits);
        var sign = side == Side.Buy ? 1 : -1;
        var orderId = Guid.CreateVersion7(clock.GetUtcNow());
        var opened = await leader.PlaceAsync(new PlaceOrder
        {
            OrderId = orderId,
            ClientOrderId = ClientOrderIds.ForOrder(orderId),
            Symbol = instrument.Symbol,
            Side = side,
            Type = OrderType.Market,
            Volume = 1.00m,
            StopLoss = quote.OpenPrice(side) - sign * distance,
            TakeProfit = quote.OpenPrice(side) + sign * distance,
        });
        if (opened.PositionId is not { } positionId)
        {
            log.LogWarning("The demo leader's order was not filled: {Message}", opened.Message);
            return;
        }

        await timer.WaitForNextTickAsync(stopping);
        await leader.ModifyPositionAsync(new ModifyPosition(positionId, quote.OpenPrice(side) - sign * distance / 2m, quote.OpenPrice(side) + sign * distance, null));
        await timer.WaitForNextTickAsync(stopping);
        await CloseAsync(leader, positionId, 0.50m);
        await timer.WaitForNextTickAsync(stopping);
        await CloseAsync(leader, positionId, null);
    }

    private Task<TradeResult> CloseAsync(IAccountGrain leader, Guid positionId, decimal? volume)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        return leader.ClosePositionAsync(new ClosePosition(id, ClientOrderIds.ForOrder(id), positionId, volume));
    }
}
