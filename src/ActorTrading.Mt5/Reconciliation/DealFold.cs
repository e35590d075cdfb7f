using System.Collections.Immutable;
using ActorTrading.Domain;

namespace ActorTrading.Mt5;

/// <summary>What an account's deals add up to, per symbol and direction: the check on what POSITIONS says.</summary>
public static class DealFold
{
    /// <param name="deals">In the order of their tickets.</param>
    public static ImmutableArray<Exposure> Held(IEnumerable<TerminalDeal> deals)
    {
        var held = new SortedDictionary<(string Symbol, Side Side), decimal>();
        foreach (var deal in deals)
        {
            if (!deal.IsExecution)
                continue;
            var side = deal.Kind == TerminalDealKind.Buy ? Side.Buy : Side.Sell;
            var other = side == Side.Buy ? Side.Sell : Side.Buy;
            switch (deal.Entry)
            {
                case DealEntry.In:
                    Add(deal.Symbol, side, deal.Volume);
                    break;
                case DealEntry.Out or DealEntry.OutBy:
                    Add(deal.Symbol, other, -deal.Volume);
                    break;
                case DealEntry.InOut: // closes all of the other direction and opens with what is left
                    var closed = held.GetValueOrDefault((deal.Symbol, other));
                    Add(deal.Symbol, other, -closed);
                    Add(deal.Symbol, side, deal.Volume - closed);
                    break;
            }
        }
        return [.. held.Where(h => h.Value > 0).Select(h => new Exposure(h.Key.Symbol, h.Key.Side, h.Value))];

        void Add(string symbol, Side side, decimal volume) =>
            held[(symbol, side)] = held.GetValueOrDefault((symbol, side)) + volume;
    }

    /// <summary>What is held beyond what the positions show.</summary>
    public static ImmutableArray<Exposure> Beyond(IEnumerable<Exposure> held, IEnumerable<TerminalPosition> positions)
    {
        var shown = positions.GroupBy(p => (p.Symbol, p.Side)).ToDictionary(g => g.Key, g => g.Sum(p => p.Volume));
        return [.. held
            .Select(e => e with { Volume = e.Volume - shown.GetValueOrDefault((e.Symbol, e.Side)) })
            .Where(e => e.Volume > 0)];
    }
}
