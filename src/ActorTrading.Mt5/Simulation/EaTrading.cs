using ActorTrading.Domain;
using ActorTrading.Mt5.Wire;

namespace ActorTrading.Mt5.Simulation;

/// <summary>The EA's TRADE: from a request to the broker's command, and from its decision to answer and event.</summary>
internal sealed class EaTrading(SimulatedTerminalOptions options, SimulatedBroker broker, EaAnswers answers, Random dice)
{
    private readonly Queue<Retcode> _refusals = new();

    /// <summary>What a TRADE sends back.</summary>
    /// <param name="Answers">Frames for the answer socket, in order.</param>
    /// <param name="Event">Frame for the event socket, or null.</param>
    public sealed record Result(IReadOnlyList<byte[]> Answers, byte[]? Event, AuditRecord? Audit);

    public Result Execute(EaRequest request, DateTimeOffset now)
    {
        if (TradeActionNames.Parse(request.ActionType) is not { } action)
            return Unsent(65538, "ERR_WRONG_ACTION");
        var symbol = SymbolOf(request, action);
        if (symbol is null && action is TradeAction.PositionModify or TradeAction.PositionPartial or TradeAction.PositionClose)
            return Answered(request, action, "", broker.Request(request.Comment, Describe(request), (_, _) => null, now));
        if (symbol is null && action is TradeAction.OrderModify or TradeAction.OrderCancel)
            return Answered(request, action, "", broker.Request(request.Comment, Describe(request), (_, _) => null, now, null,
                new BrokerDecision(Retcode.InvalidOrder, $"There is no order {request.Id}.", [])));
        if (symbol is null || broker.Board.FindInstrument(symbol) is not { } instrument)
            return Unsent(4301, "ERR_MARKET_UNKNOWN_SYMBOL");
        var (settings, filling, instead) = Fate(request, action);
        // CTrade.PositionClosePartial is for hedging accounts: on others it returns without having asked the broker.
        if (action == TradeAction.PositionPartial && options.Mode == PositionMode.Netting)
            instead = new BrokerDecision(Retcode.Reject, "A netting account closes no part by ticket.", []);
        return Answered(request, action, symbol, broker.Request(request.Comment, Describe(request),
            (orderId, clientOrderId) => Command(request, action, symbol, instrument, filling, orderId, clientOrderId), now, settings, instead));
    }

    public void RefuseNext(Retcode retcode, int count)
    {
        for (var i = 0; i < count; i++)
            _refusals.Enqueue(retcode);
    }

    /// <summary>The dice: what the broker does to this one.</summary>
    private (BrokerSettings? Settings, FillPolicy Filling, BrokerDecision? Instead) Fate(EaRequest request, TradeAction action)
    {
        if (_refusals.TryDequeue(out var refusal))
            return (null, options.FillPolicy, new BrokerDecision(refusal, "Refused as the test wants it.", []));
        if (dice.NextDouble() < options.RejectRate)
            return (null, options.FillPolicy, new BrokerDecision(Retcode.Reject, "Rejected by the dice.", []));
        if (dice.NextDouble() < options.RequoteRate)
            return (null, options.FillPolicy, new BrokerDecision(Retcode.Requote, "Requoted by the dice.", []));
        if (action <= TradeAction.Sell && request.Volume > 0 && dice.NextDouble() < options.PartialFillRate
            && broker.Board.FindInstrument(request.Symbol) is { } i && decimal.Floor(request.Volume / 2 / i.VolumeStep) * i.VolumeStep is var half && half >= i.VolumeMin)
            return (options.Settings with { LiquidityLots = half }, FillPolicy.ImmediateOrCancel, null);
        return (null, options.FillPolicy, null);
    }

    private TradeCommand? Command(EaRequest r, TradeAction action, string symbol, Instrument instrument, FillPolicy filling, Guid orderId, string clientOrderId)
    {
        decimal? Level(decimal value) => value > 0 ? Round(value, instrument) : null;
        var expires = !options.Has(TerminalDefects.IgnoredFields) && r.Expiration > 0 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(r.Expiration, 253_402_300_799)) : (DateTimeOffset?)null;
        switch (action)
        {
            case <= TradeAction.SellStop:
                return new PlaceOrder
                {
                    OrderId = orderId,
                    ClientOrderId = clientOrderId,
                    Symbol = symbol,
                    Side = action is TradeAction.Buy or TradeAction.BuyLimit or TradeAction.BuyStop ? Side.Buy : Side.Sell,
                    Type = action <= TradeAction.Sell ? OrderType.Market : action is TradeAction.BuyLimit or TradeAction.SellLimit ? OrderType.Limit : OrderType.Stop,
                    Volume = r.Volume,
                    Price = action <= TradeAction.Sell ? null : Round(r.Price, instrument),
                    StopLoss = Level(r.StopLoss),
                    TakeProfit = Level(r.TakeProfit),
                    FillPolicy = filling,
                    DeviationPoints = !options.Has(TerminalDefects.IgnoredFields) && action <= TradeAction.Sell && r.Deviation > 0 ? (int)Math.Min(r.Deviation, 1_000_000) : null,
                    TimeInForce = expires is null || action <= TradeAction.Sell ? TimeInForce.GoodTillCancelled : TimeInForce.Specified,
                    ExpiresAt = action <= TradeAction.Sell ? null : expires,
                    Comment = r.Comment,
                };
            case TradeAction.PositionModify:
                return new ModifyPosition(Position(r.Id)!.Id, Level(r.StopLoss), Level(r.TakeProfit), null);
            case TradeAction.PositionPartial:
                return new ClosePosition(orderId, clientOrderId, Position(r.Id)!.Id, r.Volume);
            case TradeAction.PositionClose:
                return new ClosePosition(orderId, clientOrderId, Position(r.Id)!.Id, null);
            case TradeAction.PositionCloseSymbol:
                return FirstOf(symbol) is { } first ? new ClosePosition(orderId, clientOrderId, first.Id, null) : null;
            case TradeAction.OrderModify:
                var order = Order(r.Id)!;
                return new ModifyOrder(order.Id, Round(r.Price, instrument), null, Level(r.StopLoss), Level(r.TakeProfit), null, order.TimeInForce,
                    order.TimeInForce == TimeInForce.GoodTillCancelled ? null : order.ExpiresAt);
            default:
                return new CancelOrder(Order(r.Id)!.Id);
        }
    }

    /// <summary>As the EA normalises prices: to the symbol's digits or, defect 6, to those of its chart.</summary>
    private decimal Round(decimal price, Instrument instrument) => decimal.Round(price,
        options.Has(TerminalDefects.ChartDigits) ? Math.Min(options.ChartDigits, instrument.Digits) : instrument.Digits, MidpointRounding.AwayFromZero);

    private string? SymbolOf(EaRequest r, TradeAction action) => action switch
    {
        TradeAction.PositionModify or TradeAction.PositionPartial or TradeAction.PositionClose => Position(r.Id)?.Symbol,
        TradeAction.OrderModify or TradeAction.OrderCancel => Order(r.Id)?.Symbol,
        _ => r.Symbol,
    };

    private Guid? Find(long id) => options.Has(TerminalDefects.NarrowTickets) ? broker.Tickets.FindNarrowed(id) : broker.Tickets.Find(id);

    private Position? Position(long id) => Find(id) is { } found ? broker.State.Positions.GetValueOrDefault(found) : null;

    private Order? Order(long id) => Find(id) is { } found ? broker.State.Orders.GetValueOrDefault(found) : null;

    private Position? FirstOf(string symbol) => broker.State.Positions.Values.Where(p => p.Symbol == symbol).MinBy(p => broker.Tickets.Of(p.Id));

    /// <summary>The EA gives up before sending: an error, then (defect 2) a TRADE answer too.</summary>
    private Result Unsent(int code, string description)
    {
        var trade = answers.Trade(true, Retcode.Invalid, 0, 0, 0, null);
        return new Result(options.Has(TerminalDefects.TwoAnswers) ? [answers.Error(code, description, "TradingModule"), trade] : [trade], null, null);
    }

    private Result Answered(EaRequest r, TradeAction action, string symbol, (BrokerDecision Decision, IReadOnlyList<LedgerEntry> Entries, AuditRecord Audit) done)
    {
        var (decision, entries, audit) = done;
        var deals = entries.Select(e => e.Event).OfType<DealExecuted>().Select(e => e.Deal).ToList();
        var volume = deals.Sum(d => d.Volume);
        var price = volume > 0 ? deals.Sum(d => d.Volume * d.Price) / volume : 0;
        if (decision.Accepted && action is >= TradeAction.BuyLimit and <= TradeAction.SellStop)
            (volume, price) = (r.Volume, r.Price);
        var ticket = audit.Order != 0 ? audit.Order : action is TradeAction.OrderModify or TradeAction.OrderCancel && decision.Accepted ? r.Id : 0;
        var told = options.Has(TerminalDefects.NarrowTickets) ? (int)ticket : ticket;
        var quote = broker.Board.LastQuote(symbol);
        var error = !decision.Accepted && !options.Has(TerminalDefects.ErrorFalseOnRefusal);
        var frame = new TradeEventFrame(ActionName(action), symbol, TypeName(action, deals), r.Volume, r.Price, r.StopLoss, r.TakeProfit,
            "ORDER_FILLING_FOK", r.Comment, action is >= TradeAction.PositionModify and <= TradeAction.PositionClose ? r.Id : 0, decision.Retcode,
            options.Has(TerminalDefects.DealRepeatsOrder) ? told : audit.Deals.FirstOrDefault(), told, volume, price, audit.Number);
        return new Result([answers.Trade(error, decision.Retcode, told, volume, price, quote)], answers.TradeEvent(frame), audit);
    }

    private static string ActionName(TradeAction action) => action switch
    {
        TradeAction.PositionModify => "TRADE_ACTION_SLTP",
        TradeAction.OrderModify => "TRADE_ACTION_MODIFY",
        TradeAction.OrderCancel => "TRADE_ACTION_REMOVE",
        >= TradeAction.BuyLimit and <= TradeAction.SellStop => "TRADE_ACTION_PENDING",
        _ => "TRADE_ACTION_DEAL",
    };

    private static string TypeName(TradeAction action, List<Deal> deals) => action <= TradeAction.SellStop
        ? TradeActionNames.Of(action)
        : deals.Count > 0 ? EaAnswers.OrderTypeName(deals[0].Side, OrderType.Market) : "ORDER_TYPE_BUY";

    private static string Describe(EaRequest r) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{r.ActionType} {r.Symbol} volume={r.Volume} price={r.Price} sl={r.StopLoss} tp={r.TakeProfit} id={r.Id}");
}
