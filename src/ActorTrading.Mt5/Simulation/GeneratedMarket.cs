using ActorTrading.Domain;

namespace ActorTrading.Mt5.Simulation;

/// <summary>
/// An endless market from a seed: each symbol's mid wanders around its usual level and is drawn back to it, its spread
/// breathes. The same seed and symbols give the same prices, so several terminals can share one market without talking.
/// </summary>
public sealed class GeneratedMarket : IQuoteSource
{
    /// <summary>Fraction of the way back to the usual level, per tick: keeps the price within about one percent of it.</summary>
    private const double Pull = 0.0005;

    private readonly List<Walk> _walks;
    private readonly Random _dice;
    private readonly DateTimeOffset _start;
    private readonly double _perSecond;
    private long _tick;

    private sealed class Walk(Instrument instrument, double usual, double spreadPoints)
    {
        public Instrument Instrument => instrument;
        public double Usual { get; } = usual;
        public double SpreadPoints => spreadPoints;
        public double Mid { get; set; } = usual;
    }

    /// <param name="ratePerSymbol">Quotes per second and symbol, above 0 and at most 100,000.</param>
    /// <param name="start">Time of the first quote.</param>
    public GeneratedMarket(IEnumerable<Instrument> instruments, int seed, double ratePerSymbol, DateTimeOffset start)
    {
        if (ratePerSymbol is not (> 0 and <= 100_000))
            throw new ArgumentOutOfRangeException(nameof(ratePerSymbol), ratePerSymbol, "The rate must be above 0 and at most 100000 quotes a second and symbol.");
        _dice = new Random(seed);
        _start = start;
        _walks = [.. instruments.Select(i => new Walk(i, UsualPrice(i), UsualSpreadPoints(i)))];
        if (_walks.Count == 0)
            throw new ArgumentException("A generated market needs a symbol.", nameof(instruments));
        _perSecond = ratePerSymbol * _walks.Count;
    }

    public DateTimeOffset? StartsAt => _start;
    public IReadOnlyList<string> Symbols => [.. _walks.Select(w => w.Instrument.Symbol)];

    public bool TryNext(out Quote quote, out TimeSpan due)
    {
        due = TimeSpan.FromSeconds(_tick / _perSecond);
        var walk = _walks[(int)(_tick % _walks.Count)];
        _tick++;
        // Steps of a few points: the sum of three dice is nearly normal.
        var step = (_dice.NextDouble() + _dice.NextDouble() + _dice.NextDouble() - 1.5) * 2 * walk.Usual * 0.00006;
        walk.Mid += step + (walk.Usual - walk.Mid) * Pull;
        var digits = walk.Instrument.Digits;
        var spread = Math.Max(1, Math.Round(walk.SpreadPoints * (0.8 + 0.6 * _dice.NextDouble())));
        var bid = decimal.Round((decimal)walk.Mid, digits);
        var time = _start + due;
        quote = new Quote(walk.Instrument.Symbol, bid, bid + (decimal)spread * walk.Instrument.Point,
            DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()));
        return true;
    }

    public void Dispose() { }

    private static double UsualPrice(Instrument i) => i.Symbol switch
    {
        "EURUSD" => 1.0850, "GBPUSD" => 1.2700, "USDJPY" => 150.50, "USDCHF" => 0.8850, "AUDUSD" => 0.6550, "USDCAD" => 1.3600,
        "NZDUSD" => 0.6050, "EURJPY" => 163.30, "EURGBP" => 0.8545, "GBPJPY" => 191.10, "EURCHF" => 0.9600, "XAUUSD" => 2350.0,
        "XAGUSD" => 28.50, "BTCUSD" => 65000.0, "ETHUSD" => 3400.0, "US500" => 5200.0, "US30" => 39000.0, "NAS100" => 18200.0,
        "GER40" => 18400.0, "UK100" => 8200.0,
        _ => i.QuoteCurrency == "JPY" ? 100.0 : 1.0,
    };

    private static double UsualSpreadPoints(Instrument i) => i.Symbol switch
    {
        "EURUSD" => 8, "USDJPY" => 9, "XAUUSD" => 20, "BTCUSD" => 1500, "ETHUSD" => 150,
        _ => i.Digits <= 1 ? 8 : 14,
    };
}
