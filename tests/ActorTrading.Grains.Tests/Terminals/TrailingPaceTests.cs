using ActorTrading.Contracts;
using ActorTrading.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Terminals;

/// <summary>How often a terminal is bothered for a trailing stop or its history, by a clock that the test moves.</summary>
public sealed class TrailingPaceTests
{
    private static readonly Instrument EurUsd = TestTerminal.EurUsd;
    private readonly SimulatedTimeProvider _clock = new();
    private readonly List<PriceReached> _told = [];
    private TaskCompletionSource? _answer;

    [Fact]
    public void After_refusals_the_pause_doubles_up_to_a_minute()
    {
        var pace = new TrailingPace(_clock);
        var position = Position();
        var refused = Request(position, 1.1m);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            pace.Allows(position, 1.1m, EurUsd, BrokerSettings.Default).ShouldBeTrue();
            pace.Settled(refused, taken: false);
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            pace.Allows(position, 1.1m, EurUsd, BrokerSettings.Default).ShouldBeFalse();
            _clock.Advance(TimeSpan.FromTicks(1));
        }

        pace.Settled(refused, taken: true);
        pace.Settled(refused, taken: false);
        _clock.Advance(TimeSpan.FromSeconds(1));
        pace.Allows(position, 1.2m, EurUsd, BrokerSettings.Default).ShouldBeTrue("a stop that was taken ends the row of refusals");
    }

    [Fact]
    public void A_stop_that_the_terminal_rounded_away_is_not_asked_for_again_and_again()
    {
        var pace = new TrailingPace(_clock);
        var position = Position();
        pace.Settled(Request(position, 1.10412m), taken: true); // the terminal made it 1.104
        pace.Allows(position, 1.10412m, EurUsd, BrokerSettings.Default).ShouldBeFalse();
        pace.Allows(position, 1.10416m, EurUsd, BrokerSettings.Default).ShouldBeFalse();
        pace.Allows(position, 1.10417m, EurUsd, BrokerSettings.Default).ShouldBeTrue();
        pace.Forget(position.Id);
        pace.Allows(position, 1.10412m, EurUsd, BrokerSettings.Default).ShouldBeTrue("somebody has set the levels since");
    }

    [Fact]
    public void Prices_are_told_one_at_a_time_with_a_pause_and_the_best_since()
    {
        // Answers go on at once, in this thread.
        SynchronizationContext.SetSynchronizationContext(null);
        var lanes = Lanes();
        lanes.Set([Above(1.12m)]);
        Quote(lanes, 1.1m);
        _told.ShouldBeEmpty();
        Quote(lanes, 1.12m);
        _told.Select(p => p.Quote.Bid).ShouldBe([1.12m]);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Quote(lanes, 1.121m);
        _told.Count.ShouldBe(1, "the first has not been answered");
        _answer!.SetResult();
        Quote(lanes, 1.1205m);
        _told.Count.ShouldBe(2);
        (_told[1].Quote.Bid, _told[1].HighestBid, _told[1].LowestAsk).ShouldBe((1.1205m, 1.121m, 1.1m));

        _answer.SetResult();
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Quote(lanes, 1.1215m);
        _told.Count.ShouldBe(2);
        _clock.Advance(TimeSpan.FromTicks(1));
        lanes.Set([Above(1.13m)]);
        Quote(lanes, 1.122m);
        _told.Count.ShouldBe(2, "what was best before the triggers changed is none of theirs");
    }

    [Fact]
    public void A_price_that_cannot_be_one_moves_no_stop()
    {
        var lanes = Lanes();
        lanes.Set([Above(1.2m)]);
        Quote(lanes, 1.1m);
        Quote(lanes, 1.9m);
        _told.ShouldBeEmpty();
        Quote(lanes, 1.11m);
        Quote(lanes, 1.201m, 1.15m); // crossed
        _told.ShouldBeEmpty();
    }

    [Fact]
    public void A_long_history_is_asked_for_a_twentieth_of_the_time_and_at_least_once_a_minute()
    {
        var pace = new HistoryPace(_clock);
        pace.IsDue.ShouldBeTrue();
        pace.Took(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(19));
        pace.IsDue.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        pace.IsDue.ShouldBeTrue();
        pace.Took(TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(59));
        pace.IsDue.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        pace.IsDue.ShouldBeTrue();
    }

    private PriceLanes Lanes() => new(price =>
    {
        _told.Add(price);
        _answer = new TaskCompletionSource();
        return _answer.Task;
    }, TimeSpan.FromSeconds(1), _clock, NullLogger.Instance);

    private void Quote(PriceLanes lanes, decimal bid, decimal? ask = null) => lanes.OnQuote(new Quote("EURUSD", bid, ask ?? bid, _clock.GetUtcNow()));

    private static PriceTrigger Above(decimal price) => new("EURUSD", PriceSource.Bid, TriggerDirection.AtOrAbove, price, new TriggerKey(Guid.Empty, "t"));

    private static Position Position() => new()
    {
        Id = DeterministicId.FromNumbers(1, 2), Symbol = "EURUSD", Side = Side.Buy, Volume = 1m, OpenPrice = 1m, TrailingPoints = 100, OpenedAt = DateTimeOffset.UnixEpoch,
    };

    private static TerminalRequest Request(Position position, decimal stop) => new()
    {
        Id = DeterministicId.FromNumbers(1, 3), Kind = TerminalRequestKind.ModifyPosition, PositionId = position.Id, StopLoss = stop, Reason = DealReason.TrailingStop,
    };
}
