using System.Collections.Frozen;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>The instruments that this process trades, by symbol.</summary>
public sealed class InstrumentSet(IEnumerable<Instrument> instruments)
{
    private readonly FrozenDictionary<string, Instrument> _bySymbol = instruments.ToFrozenDictionary(i => i.Symbol, StringComparer.Ordinal);

    public IEnumerable<Instrument> All => _bySymbol.Values;

    public Instrument? Find(string symbol) => _bySymbol.GetValueOrDefault(symbol);
}
