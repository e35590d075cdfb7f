using ActorTrading.Api.Conventions;
using ActorTrading.Api.Trading;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace ActorTrading.Api.Endpoints;

/// <summary><c>/market</c>: symbols, last quotes, candles.</summary>
internal static class MarketEndpoints
{
    public static void MapMarket(this IEndpointRouteBuilder api)
    {
        var market = api.MapGroup("/market").WithTags("market").RequireAuthorization();
        market.MapGet("/symbols", (ProcessMarket symbols) => ListOf.Whole<SymbolView>([.. symbols.Instruments.Select(SymbolView.Of)]));
        market.MapGet("/quotes/{symbol}", QuoteAsync).Produces<QuoteView>();
        market.MapGet("/candles/{symbol}", CandlesAsync).Produces<IReadOnlyList<CandleView>>();
    }

    private static async Task<QuoteView> QuoteAsync(string symbol, IMarketView market, GrainCalls grains, CancellationToken cancel)
    {
        var instrument = Find(market, symbol);
        // What this process has seen is the newest there is; only a process that has just started must ask.
        var quote = market.LastQuote(symbol) ?? (await grains.Grain<ISymbolGrain>(symbol).AskAsync(g => g.GetQuoteAsync(), cancel)).Quote
            ?? throw new ApiException(404, "NO_QUOTE", $"{symbol} has not been quoted yet.");
        return new(symbol, Prices.WithDigits(quote.Bid, instrument.Digits), Prices.WithDigits(quote.Ask, instrument.Digits), quote.Time);
    }

    private static async Task<IReadOnlyList<CandleView>> CandlesAsync(string symbol, HttpContext context, IMarketView market, GrainCalls grains, CancellationToken cancel)
    {
        var instrument = Find(market, symbol);
        var name = context.Query("timeframe") ?? throw ApiException.BadField("timeframe", "is required.");
        if (!Enum.TryParse<Timeframe>(name, out var timeframe) || timeframe.ToString() != name)
            throw ApiException.BadField("timeframe", $"must be one of {string.Join(", ", Timeframes.All)}.");
        var (from, to) = (context.QueryTime("from"), context.QueryTime("to"));
        if (from >= to)
            throw ApiException.BadField("to", "must lie after 'from'.");
        var bars = await grains.Grain<ISymbolGrain>(symbol).AskAsync(g => g.GetBarsAsync(new(name, from, to, context.Limit(CandlesMax))), cancel);
        return [.. bars.Select(b => new CandleView(b.Time, Prices.WithDigits(b.Open, instrument.Digits), Prices.WithDigits(b.High, instrument.Digits),
            Prices.WithDigits(b.Low, instrument.Digits), Prices.WithDigits(b.Close, instrument.Digits), b.Volume))];
    }

    private const int CandlesMax = 500;

    private static Instrument Find(IMarketView market, string symbol) =>
        (Checks.IsSymbol(symbol) ? market.FindInstrument(symbol) : null) ?? throw ApiException.NotFound("symbol", symbol.Length <= 32 ? symbol : symbol[..32] + "…");
}

internal sealed record QuoteView(string Symbol, decimal Bid, decimal Ask, DateTimeOffset Time);

/// <param name="Volume">Number of ticks.</param>
internal sealed record CandleView(DateTimeOffset Time, decimal Open, decimal High, decimal Low, decimal Close, long Volume);

internal sealed record SymbolView(string Symbol, string Description, string BaseCurrency, string QuoteCurrency, int Digits, decimal Point, decimal Pip, decimal ContractSize,
    decimal VolumeMin, decimal VolumeMax, decimal VolumeStep, int StopsLevelPoints, int FreezeLevelPoints, MarginMode MarginMode, TradeMode TradeMode)
{
    public static SymbolView Of(Instrument i) => new(i.Symbol, i.Description, i.BaseCurrency, i.QuoteCurrency, i.Digits, i.Point, i.Pip, i.ContractSize,
        i.VolumeMin, i.VolumeMax, i.VolumeStep, i.StopsLevelPoints, i.FreezeLevelPoints, i.MarginMode, i.TradeMode);
}
