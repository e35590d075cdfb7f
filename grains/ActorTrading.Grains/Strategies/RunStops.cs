using ActorTrading.Domain;
using ActorTrading.Pine.Strategy;

namespace ActorTrading.Grains;

/// <summary>The stop loss that a run has given to a position, so that it is protected while nobody watches.</summary>
/// <param name="StopLoss">As last sent; null where it was taken away again.</param>
/// <param name="Before">What may still stand there, until the change is known to have gone through; then the same.</param>
public sealed record RunStop(Guid PositionId, decimal? StopLoss, decimal? Before)
{
    /// <summary>Whether what stands there is the run's doing, and not its user's.</summary>
    public bool IsOurs(decimal? stopLoss) => stopLoss == StopLoss || stopLoss == Before;
}

/// <summary>Where what a run holds is to be given up, by its script's stops.</summary>
internal static class RunStops
{
    /// <summary>Prices beyond it are no market's.</summary>
    private const double PriceMax = 1e9;

    /// <summary>
    /// The level at which each position is closed as a whole if the price goes straight against it; null where it is not. As the run closes the
    /// oldest first, so does this: a position that the script would give up in parts has the level of the last part.
    /// </summary>
    /// <param name="netting">There is one position: it has a level where one stop closes everything. A part is taken out of it by an opposite order, which a stop loss filled at that very moment would turn into a position of its own.</param>
    public static IReadOnlyList<(Guid PositionId, decimal? Level)> Of(RunBook book, IReadOnlyList<StopLevel> stops, Instrument instrument, bool netting)
    {
        var isLong = book.Net > 0;
        if (book.Net == 0 || book.Held.Exists(h => h.Side == Side.Buy != isLong))
        {
            return [];
        }

        if (netting)
        {
            var only = stops is [var stop] && LiveScript.Lots(stop.Left, instrument) == 0 ? Price(stop, isLong, instrument) : null;
            return [(book.Held[0].PositionId, book.Beside == 0 ? only : null)];
        }

        var levels = new List<(Guid, decimal?)>(book.Held.Count);
        var younger = Math.Abs(book.Net);
        foreach (var holding in book.Held)
        {
            younger -= holding.Volume;
            decimal? level = null;
            foreach (var stop in stops)
            {
                if (Math.Abs(LiveScript.Lots(stop.Left, instrument)) <= younger)
                {
                    level = Price(stop, isLong, instrument);
                    break;
                }
            }

            levels.Add((holding.PositionId, level));
        }

        return levels;
    }

    /// <summary>On the instrument's grid, never before the script's own level.</summary>
    private static decimal? Price(StopLevel stop, bool isLong, Instrument instrument)
    {
        if (!(stop.Price > 0 && stop.Price < PriceMax))
        {
            return null;
        }

        // A level that was calculated may be off by what a double has lost.
        var points = decimal.Round((decimal)stop.Price / instrument.Point, 3);
        var price = (isLong ? decimal.Floor(points) : decimal.Ceiling(points)) * instrument.Point;
        return price > 0 ? price : null;
    }
}
