using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Api;

/// <summary>The process's market for those who only look. Not the market itself under a second name: a container would dispose of it twice.</summary>
internal sealed class ProcessMarketView(ProcessMarket market) : IMarketView
{
    public Instrument? FindInstrument(string symbol) => market.FindInstrument(symbol);

    public Quote? LastQuote(string symbol) => market.LastQuote(symbol);

    public decimal? ConversionRate(string from, string to) => market.ConversionRate(from, to);

    public IReadOnlyList<ConversionStep>? ConversionPath(string from, string to) => market.ConversionPath(from, to);
}
