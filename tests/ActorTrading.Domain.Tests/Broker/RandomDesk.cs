using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Broker;

/// <summary>One step of a random session, in small numbers so that a failing run shrinks to a readable one.</summary>
public sealed record Step(byte What, byte A, byte B, short C);

/// <summary>Plays random steps on a desk: prices walk and jump, people trade well and badly.</summary>
internal sealed class RandomDesk
{
    public static readonly string[] Symbols = ["EURUSD", "USDJPY", "EURGBP", "GBPUSD", "BTCUSD"];
    private readonly Dictionary<string, decimal> _mid = new()
    {
        ["EURUSD"] = 1.10m,
        ["USDJPY"] = 150m,
        ["EURGBP"] = 0.86m,
        ["GBPUSD"] = 1.28m,
        ["BTCUSD"] = 60_000m,
    };
    private int _config;

    public RandomDesk(int config)
    {
        _config = Math.Abs(config % 1_000);
        Desk = new Desk(
            Pick() % 2 == 0 ? PositionMode.Hedging : PositionMode.Netting,
            new[] { "USD", "EUR", "JPY" }[Pick() % 3],
            deposit: 0m,
            leverage: new[] { 30, 500, 2000 }[Pick() % 3],
            new BrokerSettings
            {
                SlippagePoints = Pick() % 2 * 3,
                LiquidityLots = Pick() % 3 == 0 ? 0.5m : null,
                TrailingStepPoints = 10,
                PendingOrdersMax = 20,
                PositionsMax = 12,
            },
            InstrumentCatalog.All.Select(i => Array.IndexOf(Symbols, i.Symbol) < 0 ? i : i with
            {
                StopsLevelPoints = 5,
                ExecutionMode = ExecutionMode.Exchange,
                HedgedMarginRate = i.Symbol == "EURGBP" ? 0m : 0.5m,
                PendingMarginRate = i.Symbol == "GBPUSD" && _config % 5 == 0 ? 0.5m : 0m,
            }));
        foreach (var s in Symbols) Desk.Price(s, Bid(s), Ask(s, 0));
        Desk.Do(new AdjustBalance(Desk.State.Currency == "JPY" ? 150_000m : 1_000m, BalanceReason.Deposit, "start")).Accepted.ShouldBeTrue();
    }

    public Desk Desk { get; }

    private int Pick()
    {
        _config = (_config * 31 + 17) % 1_009;
        return _config;
    }

    public decimal Bid(string symbol) => decimal.Round(_mid[symbol], InstrumentCatalog.Get(symbol).Digits);

    private decimal Ask(string symbol, int spread) => Bid(symbol) + (1 + spread) * InstrumentCatalog.Get(symbol).Point;

    /// <summary>The quote or the command of a step.</summary>
    public (Quote? Quote, TradeCommand? Command) Read(Step step)
    {
        var symbol = Symbols[step.A % Symbols.Length];
        Desk.Now += TimeSpan.FromSeconds(step.What == 250 ? 40_000 : step.B) + TimeSpan.FromMilliseconds(1);
        if (step.What % 8 < 5)
        {
            // Mostly a walk of some points, sometimes a jump of several per cent.
            var change = step.C * (step.What % 32 == 0 ? 0.000002m : 0.00000005m);
            _mid[symbol] = Math.Max(InstrumentCatalog.Get(symbol).Point * 100, _mid[symbol] * (1 + change));
            return (new Quote(symbol, Bid(symbol), Ask(symbol, step.B % 20), Desk.Now), null);
        }
        return (null, Command(step, symbol));
    }

    private TradeCommand Command(Step step, string symbol)
    {
        var state = Desk.State;
        var point = InstrumentCatalog.Get(symbol).Point;
        var side = step.B % 2 == 0 ? Side.Buy : Side.Sell;
        var sign = side == Side.Buy ? 1 : -1;
        var id = Desk.NextId();
        var client = ClientOrderIds.ForOrder(id);
        var position = state.Positions.Count == 0 ? null : state.Positions.Values.OrderBy(p => p.Id).ElementAt(step.A % state.Positions.Count);
        var order = state.Orders.Count == 0 ? null : state.Orders.Values.OrderBy(o => o.Id).ElementAt(step.A % state.Orders.Count);
        var distance = Math.Abs(step.C % 400) * point;
        var volume = Math.Max(1, Math.Abs(step.C % 120)) * 0.01m;
        switch (step.What / 8 % 10)
        {
            case 0 when position is not null:
                return new ClosePosition(id, client, position.Id, step.B % 3 == 0 ? null : Math.Min(position.Volume, volume));
            case 1 when position is not null:
                var by = state.Positions.Values.OrderBy(p => p.Id).ElementAt(step.B % state.Positions.Count);
                return new CloseBy(id, client, position.Id, by.Id);
            case 2 when position is not null:
                var away = position.Side == Side.Buy ? distance : -distance;
                return new ModifyPosition(position.Id, Bid(position.Symbol) - away * Scale(position.Symbol, symbol), step.B % 3 == 0 ? null : Bid(position.Symbol) + 2 * away * Scale(position.Symbol, symbol),
                    step.B % 4 == 0 ? 50 : null);
            case 3 when order is not null:
                return new CancelOrder(order.Id);
            case 4 when order is not null:
                return new ModifyOrder(order.Id, order.Price + (step.C % 20) * InstrumentCatalog.Get(order.Symbol).Point, order.StopLimitPrice, order.StopLoss, null, null,
                    TimeInForce.GoodTillCancelled, null);
            case 5:
                return new AdjustBalance((step.C % 50) * 1m, step.B % 3 == 0 ? BalanceReason.Credit : step.C % 50 > 0 ? BalanceReason.Deposit : BalanceReason.Withdrawal, "r");
            case 6 or 7:
                var type = (OrderType)(1 + step.B % 3);
                var price = type == OrderType.Limit ? Bid(symbol) - sign * distance : Bid(symbol) + sign * distance;
                return new PlaceOrder
                {
                    OrderId = id,
                    ClientOrderId = client,
                    Symbol = symbol,
                    Side = side,
                    Type = type,
                    Volume = volume,
                    Price = price,
                    StopLimitPrice = type == OrderType.StopLimit ? price - sign * distance / 2m - sign * (distance / 2m % point) : null,
                    StopLoss = step.B % 5 == 0 ? price - sign * 3 * distance : null,
                    TimeInForce = (TimeInForce)(step.B % 4),
                    ExpiresAt = step.B % 4 >= 2 ? Desk.Now.AddSeconds(Math.Abs((int)step.C)) : null,
                };
            default:
                return new PlaceOrder
                {
                    OrderId = id,
                    ClientOrderId = client,
                    Symbol = symbol,
                    Side = side,
                    Type = OrderType.Market,
                    Volume = step.B == 255 ? 0.015m : volume,
                    StopLoss = step.B % 3 == 0 ? Bid(symbol) - sign * (distance + 40 * point) : null,
                    TakeProfit = step.B % 4 == 0 ? Bid(symbol) + sign * (distance + 40 * point) : null,
                    TrailingPoints = step.B % 5 == 0 ? 30 : null,
                    FillPolicy = (FillPolicy)(step.B % 3),
                };
        }
    }

    private static decimal Scale(string symbol, string other) => InstrumentCatalog.Get(symbol).Point / InstrumentCatalog.Get(other).Point;
}
