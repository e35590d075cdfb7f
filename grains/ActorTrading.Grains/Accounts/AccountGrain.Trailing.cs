using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging;

namespace ActorTrading.Grains;

/// <summary>Trailing stops of an account at a terminal: its terminal tells of prices, each move is durable before it is asked for.</summary>
public sealed partial class AccountGrain
{
    private readonly TrailingPace _trailing = new(clock);

    // What the terminal watches for us; null where that is not known.
    private IReadOnlyList<PriceTrigger>? _watched;

    public async Task OnPriceAsync(PriceReached price)
    {
        var instructions = ImmutableArray<TerminalInstruction>.Empty;
        using (await EnterAsync())
        {
            if (_state.Kind == AccountKind.Paper)
            {
                return;
            }

            var events = TerminalTrailing.OnPrice(_state, new TerminalPrice(price.Quote, price.HighestBid, price.LowestAsk), market, broker,
                (position, stop) => _trailing.Allows(position, stop, market.FindInstrument(position.Symbol)!, broker));
            if (events.Count > 0)
            {
                await CommitAsync(events, clock.GetUtcNow());
                instructions = [.. events.OfType<RequestSubmitted>().Select(e => Instruction(null, e.Request)).OfType<TerminalInstruction>()];
            }
        }

        foreach (var instruction in instructions)
        {
            await SendAsync(instruction);
        }

        await WatchPricesAsync(again: false);
    }

    /// <summary>Tells the terminal which prices matter now.</summary>
    /// <param name="again">It may have forgotten, or never heard.</param>
    private async Task WatchPricesAsync(bool again)
    {
        var wanted = TerminalTrailing.WatchList(_state, market, broker);
        if (_watched is { } watched ? watched.SequenceEqual(wanted) && !(again && wanted.Count > 0) : wanted.Count == 0)
        {
            return;
        }

        _watched = wanted;
        try
        {
            await GrainFactory.GetGrain<ITerminalGrain>(Id).WatchPricesAsync(new PriceWatch([.. wanted]));
        }
        catch (Exception e)
        {
            _watched = null;
            log.LogWarning(e, "The terminal of account {AccountId} does not know yet which prices its trailing stops wait for", Id);
        }
    }
}
