using ActorTrading.Domain;
using Microsoft.Extensions.Logging;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Symbols;

/// <summary>Several feeds of one symbol, of which the preferred one does not do well.</summary>
public sealed class FeedTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_preferred_feed_whose_every_quote_is_refused_gives_way_to_a_healthy_one()
    {
        await using var stage = SymbolStage.Open();
        for (var i = 0; i < 5; i++, stage.Wait(Second))
        {
            // As of a server whose time zone nobody has told.
            stage.Quote(1.1m, TimeSpan.FromHours(3), "preferred");
            stage.Quote(1.2m, feed: "healthy", rank: 1);
            stage.Last!.Value.Bid.ShouldBe(1.2m);
        }
    }

    [Fact]
    public async Task A_preferred_feed_whose_clock_leapt_ahead_for_one_quote_gives_way_until_its_time_has_come()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.1m, TimeSpan.FromMinutes(4), "preferred");
        for (var i = 0; i <= 11; i++, stage.Wait(Second))
        {
            stage.Quote(1.11m, feed: "preferred");
            stage.Quote(1.2m, feed: "healthy", rank: 1);
        }

        stage.Last!.Value.Bid.ShouldBe(1.2m);
        stage.Wait(TimeSpan.FromMinutes(4));
        stage.Quote(1.11m, feed: "preferred");
        stage.Last!.Value.Bid.ShouldBe(1.11m);
    }

    [Fact]
    public void Why_quotes_are_refused_is_said_at_once_and_then_once_a_minute()
    {
        var (clock, log) = (new SimulatedTimeProvider(), new Recorder());
        var refused = new RefusedQuotes(clock, log);
        for (var i = 0; i < 130; i++, clock.Advance(Second))
        {
            refused.Add("EET", new Quote("EURUSD", 1.1m, 1.2m, clock.GetUtcNow().AddHours(2)), QuoteVerdict.FromTheFuture, clock.GetUtcNow());
        }

        log.Lines.Count.ShouldBe(3);
        log.Lines[0].ShouldStartWith("1 quotes of feed EET are refused, the last Quote { Symbol = EURUSD, Bid = 1.1,");
        log.Lines[0].ShouldContain("its clock is 02:00:00 ahead");
        log.Lines[1].ShouldStartWith("60 quotes");
    }

    private sealed class Recorder : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
