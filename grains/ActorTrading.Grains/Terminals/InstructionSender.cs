using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;

namespace ActorTrading.Grains;

/// <summary>What became of an instruction.</summary>
/// <param name="Facts">For the account.</param>
/// <param name="InDoubt">Why the outcome is not known; null where it is.</param>
/// <param name="WasSent">It reached the socket.</param>
/// <param name="IsBusy">The terminal cannot do it for the moment: whatever is tried next waits.</param>
/// <param name="Again">It is to go again as it is.</param>
internal readonly record struct InstructionOutcome(ImmutableArray<TerminalFact> Facts, string? InDoubt = null, bool WasSent = true, bool IsBusy = false, bool Again = false);

/// <summary>Sends one instruction and tells what became of it.</summary>
/// <param name="isHeld">Whether the terminal is still ours; asked before each try.</param>
internal sealed class InstructionSender(TerminalLink link, Func<Task<bool>> isHeld, TerminalSettings settings, TimeProvider clock)
{
    /// <summary>How often a change that is refused for the price's sake is tried in all. An order is not tried again from here: each of its attempts is durable first.</summary>
    private const int ChangeTriesMax = 3;

    public async Task<InstructionOutcome> SendAsync(TerminalInstruction instruction)
    {
        var request = LedgerReconciler.RequestOf(instruction.Order, instruction.Request, instruction.PositionTicket, instruction.OrderTicket, instruction.Partial, instruction.Netting);
        if (request is null)
        {
            return new InstructionOutcome([Rejected(instruction, Retcode.PositionClosed, "What is to be changed is not at the terminal any more, or its ticket there is not known.")], WasSent: false);
        }

        // It has not been executed: what may have been is compared first, and only what was not is asked for again.
        if (instruction.Order is { Type: OrderType.Market, ClosesPositionId: null } opening && clock.GetUtcNow() - opening.CreatedAt is var age && age > settings.OpenWithin)
        {
            return new InstructionOutcome([Rejected(instruction, Retcode.Timeout, $"The terminal could not be asked for {age.TotalSeconds:0} s: the market has moved on.")], WasSent: false);
        }

        if (instruction.Order?.NotAfter is { } last && last < clock.GetUtcNow())
        {
            return new InstructionOutcome([Rejected(instruction, Retcode.Timeout, $"It was to be sent by {last:O} at the latest, and the terminal could not be asked before.")], WasSent: false);
        }

        if (instruction.Order is { IsPending: true, ExpiresAt: { } end } && end <= clock.GetUtcNow())
        {
            return new InstructionOutcome([Rejected(instruction, Retcode.InvalidExpiration, $"It was over at {end:O}, before the terminal could be asked.")], WasSent: false);
        }

        if (instruction.Order is { WorstPrice: { } worst, ClosesPositionId: null } bounded && await SlippedAsync(instruction, bounded, worst) is { } slipped)
        {
            return new InstructionOutcome([slipped], WasSent: false);
        }

        if (instruction.Request is { OnlyTightens: true })
        {
            (request, var refusal) = await TightenAsync(instruction, request);
            if (refusal is not null)
            {
                return new InstructionOutcome([refusal], WasSent: false);
            }
        }

        if (request.Against is not null && await GoneAsync(instruction, request) is { } gone)
        {
            return new InstructionOutcome([gone], WasSent: false);
        }

        for (var attempt = 1; ; attempt++)
        {
            if (!await isHeld())
            {
                return new InstructionOutcome([], "the terminal is not known to be ours any more", WasSent: false);
            }

            switch (await link.TradeAsync(request))
            {
                case TradeOutcome.Answered answer when Doubt(instruction, answer, link.HasWideTickets) is { } doubt:
                    return new InstructionOutcome([], doubt, IsBusy: answer.IsInDoubt);
                case TradeOutcome.Answered { Succeeded: true } answer:
                    return new InstructionOutcome(Succeeded(instruction, answer));
                case TradeOutcome.Answered answer when instruction.Order is not null && MayGoAgain(answer):
                    return new InstructionOutcome([Requoted(instruction, answer)], IsBusy: answer.IsForLater);
                case TradeOutcome.Answered { Retcode: Retcode.Requote or Retcode.PriceChanged } when attempt < ChangeTriesMax:
                    continue;
                case TradeOutcome.Answered { IsForLater: true } when instruction.Request is { OnlyTightens: false }:
                    return new InstructionOutcome([], IsBusy: true, Again: true);
                case TradeOutcome.Answered answer:
                    return new InstructionOutcome([Rejected(instruction, answer.Retcode, answer.Description)]);
                case TradeOutcome.Refused { Kind: RefusalKind.Invalid } refused:
                    return new InstructionOutcome([Rejected(instruction, Retcode.Invalid, refused.Reason)], WasSent: false);
                case TradeOutcome.Refused refused:
                    return new InstructionOutcome([], refused.Reason, WasSent: attempt > 1);
                case TradeOutcome.Unknown unknown:
                    return new InstructionOutcome([], unknown.Reason);
            }
        }
    }

    /// <summary>Why an answer does not tell the outcome, so that the books have to; null where it does.</summary>
    /// <param name="hasWideTickets">See <see cref="TerminalSnapshot.HasWideTickets"/>.</param>
    internal static string? Doubt(TerminalInstruction instruction, TradeOutcome.Answered answer, bool hasWideTickets) => (answer, instruction.Order) switch
    {
        ({ IsInDoubt: true }, _) => $"the terminal answered {answer.Retcode}",
        ({ TicketIsNarrowed: true }, _) => "the ticket came back narrowed to 32 bits",
        ({ Succeeded: false }, _) or (_, null) => null,
        (_, _) when hasWideTickets => $"the account's tickets are above {int.MaxValue}, so {answer.Order} need not be this order's",
        ({ Order: <= 0 }, { ClosesPositionId: null }) => "the answer has no ticket",
        (_, { IsPending: true }) => null,
        ({ Retcode: Retcode.Placed }, _) => "the order was placed and is being worked still",
        ({ Price: <= 0m }, _) => $"the answer has the price {answer.Price}",
        var (_, order) when answer.Volume > order.RemainingVolume => $"{answer.Volume} lots were done of {order.RemainingVolume}: the books differ",
        _ => null,
    };

    /// <summary>
    /// A trailing stop was decided on the ledger's levels. The terminal may have others by now, set by hand: a stop that is tighter there
    /// stays, and its take profit stays in any case.
    /// </summary>
    private async Task<(TradeRequest Request, TerminalFact? Refusal)> TightenAsync(TerminalInstruction instruction, TradeRequest request)
    {
        try
        {
            return await link.FindPositionAsync(request.Ticket) switch
            {
                null => (request, Rejected(instruction, Retcode.PositionClosed, $"The terminal shows no position {request.Ticket}.")),
                { StopLoss: { } stop } there when (request.StopLoss - stop) * (there.Side == Side.Buy ? 1 : -1) <= 0m =>
                    (request, Rejected(instruction, Retcode.NoChanges, $"The terminal's stop loss {stop} is as tight as {request.StopLoss} already.")),
                var there => (request with { TakeProfit = there.TakeProfit }, null),
            };
        }
        catch (Exception e) when (TerminalFaults.IsUnanswered(e))
        {
            // Nothing was sent: the next price asks for the stop anew.
            return (request, Rejected(instruction, Retcode.Connection, e.Message));
        }
    }

    /// <summary>
    /// The protocol applies no deviation, so the price is looked at again just before. What a terminal streams costs nothing; it is asked only
    /// for an order that has waited.
    /// </summary>
    private async Task<TerminalFact?> SlippedAsync(TerminalInstruction instruction, Order order, decimal worst)
    {
        if (link.StreamedPrice(order.Symbol) is not { } quote)
        {
            if (clock.GetUtcNow() - order.CreatedAt <= settings.PriceFreshFor)
            {
                return null;
            }

            try
            {
                if (await link.AskPriceAsync(order.Symbol) is not { } newest)
                {
                    return Rejected(instruction, Retcode.PriceOff, $"The terminal has had no price of {order.Symbol} for a minute, so the order's deviation cannot be kept.");
                }

                quote = newest;
            }
            catch (Exception e) when (TerminalFaults.IsUnanswered(e))
            {
                return Rejected(instruction, Retcode.Connection, e.Message);
            }
        }

        // A better price is no slippage.
        var price = quote.OpenPrice(order.Side);
        return (order.Side == Side.Buy ? price > worst : price < worst)
            ? Rejected(instruction, Retcode.Requote, $"The terminal's price is {price}; {worst} is {order.DeviationPoints} points from the price at which the order was decided.")
            : null;
    }

    /// <summary>
    /// An order against a netting position that has been closed meanwhile would open one the other way, so it is looked for just before. What is
    /// left is the time between this look and the broker's decision.
    /// </summary>
    private async Task<TerminalFact?> GoneAsync(TerminalInstruction instruction, TradeRequest request)
    {
        try
        {
            return await link.FindPositionAsync(request.Ticket) is { } there && there.Side != request.Against && there.Volume >= request.Volume
                ? null
                : Rejected(instruction, Retcode.PositionClosed, $"The terminal shows no position {request.Ticket} of {request.Volume} lots or more to reduce.");
        }
        catch (Exception e) when (TerminalFaults.IsUnanswered(e))
        {
            return Rejected(instruction, Retcode.Connection, e.Message);
        }
    }

    /// <summary>What became of an order whose answer was lost, and of which the terminal has told otherwise; none where that does not tell the outcome.</summary>
    public ImmutableArray<TerminalFact> Told(TerminalInstruction instruction, TradeOutcome.Answered told) =>
        Doubt(instruction, told, link.HasWideTickets) is not null ? []
        : told.Succeeded ? Succeeded(instruction, told)
        : [MayGoAgain(told) ? Requoted(instruction, told) : Rejected(instruction, told.Retcode, told.Description)];

    private ImmutableArray<TerminalFact> Succeeded(TerminalInstruction instruction, TradeOutcome.Answered answer)
    {
        var now = clock.GetUtcNow();
        if (instruction.Order is not { } order)
        {
            return [new TerminalFact { Kind = TerminalFactKind.Modified, RequestId = instruction.Id, Retcode = answer.Retcode, Message = answer.Description, At = now }];
        }

        if (order.IsPending)
        {
            return [new TerminalFact { Kind = TerminalFactKind.Placed, OrderId = order.Id, OrderTicket = answer.Order, Retcode = answer.Retcode, At = now }];
        }

        var filled = new TerminalFact
        {
            Kind = TerminalFactKind.Filled,
            OrderId = order.Id,
            OrderTicket = answer.Order,
            Volume = answer.Volume > 0m ? answer.Volume : order.RemainingVolume,
            Price = answer.Price,
            Retcode = answer.Retcode,
            Message = answer.Description,
            At = now,
        };

        // A market order that was filled in part does not stand: the rest is gone.
        return filled.Volume < order.RemainingVolume
            ? [filled, new TerminalFact { Kind = TerminalFactKind.Cancelled, OrderId = order.Id, Retcode = answer.Retcode, At = now }]
            : [filled];
    }

    /// <summary>Nothing was done, and another time or price may do; whether it goes again is the account's to decide.</summary>
    private static bool MayGoAgain(TradeOutcome.Answered answer) => answer.IsForLater || answer.Retcode is Retcode.Requote or Retcode.PriceChanged;

    private TerminalFact Requoted(TerminalInstruction instruction, TradeOutcome.Answered answer) =>
        Rejected(instruction, answer.Retcode, answer.Description) with { Kind = TerminalFactKind.Requoted, Attempt = instruction.Order!.Attempt };

    private TerminalFact Rejected(TerminalInstruction instruction, Retcode retcode, string message) => new()
    {
        Kind = TerminalFactKind.Rejected,
        OrderId = instruction.Order?.Id,
        RequestId = instruction.Request?.Id,
        Retcode = retcode,
        Message = message,
        At = clock.GetUtcNow(),
    };
}
