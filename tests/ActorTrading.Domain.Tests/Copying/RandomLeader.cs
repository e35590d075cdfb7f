namespace ActorTrading.Domain.Tests.Copying;

/// <summary>Trades at random, but only what its broker accepts.</summary>
internal sealed class RandomLeader(CopyScene scene, Random random)
{
    private decimal _mid = 1.1000m;

    private Trader Leader => scene.Leader;

    public void Step(bool pendings)
    {
        switch (random.Next(pendings ? 12 : 8))
        {
            case 0 or 1:
                Leader.Do(Leader.Order(Side(), Lots(), "EURUSD") with { StopLoss = null });
                break;
            case 2 or 3 when Any() is { } position:
                Leader.Close(position.Id, decimal.Floor(position.Volume * random.Next(1, 100)) / 100m is > 0 and var part && part < position.Volume ? part : null);
                break;
            case 4 when Any() is { } position:
                Leader.Close(position.Id);
                break;
            case 5 when Any() is { } position:
                var away = random.Next(5, 60) * 0.0010m;
                var sign = position.Side == Domain.Side.Buy ? 1 : -1;
                Leader.Do(new ModifyPosition(position.Id, Price(_mid - sign * away), Price(_mid + sign * away * 2), null));
                break;
            case 6 when Leader.State.Mode == PositionMode.Hedging && Pair() is var (a, b):
                var id = DeterministicId.FromNumbers(77, random.Next());
                Leader.Do(new CloseBy(id, ClientOrderIds.ForOrder(id), a.Id, b.Id));
                break;
            case 8 or 9:
                var side = Side();
                var type = random.Next(2) == 0 ? OrderType.Limit : OrderType.Stop;
                var below = type == OrderType.Limit == (side == Domain.Side.Buy);
                Leader.Do(Leader.Order(side, Lots(), "EURUSD", type, Price(_mid + (below ? -1 : 1) * random.Next(5, 40) * 0.0001m)));
                break;
            case 10 when AnyOrder() is { } order:
                Leader.Do(new ModifyOrder(order.Id, Price(order.Price!.Value + random.Next(-3, 4) * 0.0001m), null, null, null, null, TimeInForce.GoodTillCancelled, null));
                break;
            case 11 when AnyOrder() is { } order:
                Leader.Do(new CancelOrder(order.Id));
                break;
            default:
                _mid += random.Next(-20, 21) * 0.0001m;
                scene.Quote("EURUSD", _mid - 0.0001m, _mid + 0.0001m);
                break;
        }
    }

    public void CloseEverything()
    {
        foreach (var order in Leader.State.Orders.Values.OrderBy(o => o.Id).ToList())
            Leader.Do(new CancelOrder(order.Id));
        foreach (var position in Leader.State.Positions.Values.OrderBy(p => p.Id).ToList())
            Leader.Close(position.Id).Accepted.ShouldBeTrue();
    }

    private Side Side() => (Side)random.Next(2);

    private decimal Lots() => random.Next(1, 200) / 100m;

    private static decimal Price(decimal price) => decimal.Round(price, 5);

    private Position? Any() => Leader.State.Positions.Count == 0 ? null : Leader.State.Positions.Values.OrderBy(p => p.Id).ElementAt(random.Next(Leader.State.Positions.Count));

    private Order? AnyOrder() => Leader.State.Orders.Count == 0 ? null : Leader.State.Orders.Values.OrderBy(p => p.Id).ElementAt(random.Next(Leader.State.Orders.Count));

    private (Position, Position)? Pair()
    {
        var positions = Leader.State.Positions.Values.OrderBy(p => p.Id).ToList();
        var a = positions.Find(p => p.Side == Domain.Side.Buy);
        var b = positions.Find(p => p.Side == Domain.Side.Sell);
        return a is null || b is null ? null : (a, b);
    }
}
