using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Mt5;

namespace ActorTrading.Grains;

/// <summary>Sends one instruction and tells what became of it.</summary>
/// <param name="isHeld">Whether the terminal is still ours; asked before each try.</param>
/// <param name="openWithin">See <see cref="TerminalSettings.OpenWithin"/>.</param>
internal sealed class InstructionSender(TerminalLink link, Func<Task<bool>> isHeld, TimeSpan openWithin, TimeProvider clock)
{
    /// <summary>How often a change that is refused for the price's sake is tried in all. An order is not tried again from here: each of its attempts is durable first.</summary>
    private const int ChangeTriesMax = 3;

    /// <returns>The facts for the account; or why the outcome is not known.</returns>
    public async Task<(ImmutableArray<TerminalFact> Facts, string? InDoubt)> SendAsync(TerminalInstruction instruction)
    {
        var request = LedgerReconciler.RequestOf(instruction.Order, instruction.Request, instruction.PositionTicket, instruction.OrderTicket, instruction.Partial, instruction.Netting);
        if (request is null)
        {
            return ([Rejected(instruction, Retcode.PositionClosed, "What is to be changed is not at the terminal any more, or its ticket there is not known.")], null);
        }

        // It has not been executed: what may have been is compared first, and only what was not is asked for again.
        if (instruction.Order is { Type: OrderType.Market, ClosesPositionId: null } opening && clock.GetUtcNow() - opening.CreatedAt is var age && age > openWithin)
        {
            return ([Rejected(instruction, Retcode.Timeout, $"The terminal could not be asked for {age.TotalSeconds:0} s: the market has moved on.")], null);
        }

        if (instruction.Order?.NotAfter is { } last && last < clock.GetUtcNow())
        {
            return ([Rejected(instruction, Retcode.Timeout, $"It was to be sent by {last:O} at the latest, and the terminal could not be asked before.")], null);
        }

        if (instruction.Order is { IsPending: true, ExpiresAt: { } end } && end <= clock.GetUtcNow())
        {
            return ([Rejected(instruction, Retcode.InvalidExpiration, $"It was over at {end:O}, before the terminal could be asked.")], null);
        }

        if (instruction.Request is { OnlyTightens: true })
        {
            (request, var refusal) = await TightenAsync(instruction, request);
            if (refusal is not null)
            {
                return ([refusal], null);
            }
        }

        if (request.Against is not null && await GoneAsync(instruction, request) is { } gone)
        {
            return ([gone], null);
        }

        for (var attempt = 1; ; attempt++)
        {
            if (!await isHeld())
            {
                return ([], "the terminal is not known to be ours any more");
            }

            switch (await link.TradeAsync(request))
            {
                case TradeOutcome.Answered answer when answer.IsInDoubt:
                    return ([], $"the terminal answered {answer.Retcode}");
                case TradeOutcome.Answered { TicketIsNarrowed: true }:
                    return ([], "the ticket came back narrowed to 32 bits");
                case TradeOutcome.Answered { Succeeded: true } answer:
                    return (Succeeded(instruction, answer), null);
                case TradeOutcome.Answered { Retcode: Retcode.Requote or Retcode.PriceChanged } answer when instruction.Order is { } order:
                    return ([Rejected(instruction, answer.Retcode, answer.Description) with { Kind = TerminalFactKind.Requoted, Attempt = order.Attempt }], null);
                case TradeOutcome.Answered { Retcode: Retcode.Requote or Retcode.PriceChanged } when attempt < ChangeTriesMax:
                    continue;
                case TradeOutcome.Answered answer:
                    return ([Rejected(instruction, answer.Retcode, answer.Description)], null);
                case TradeOutcome.Refused { Kind: RefusalKind.Invalid } refused:
                    return ([Rejected(instruction, Retcode.Invalid, refused.Reason)], null);
                case TradeOutcome.Refused refused:
                    return ([], refused.Reason);
                case TradeOutcome.Unknown unknown:
                    return ([], unknown.Reason);
            }
        }
    }

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
            Volume = answer.Volume > 0m ? Math.Min(answer.Volume, order.RemainingVolume) : order.RemainingVolume,
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
