namespace ActorTrading.Domain.Tests.Market;

public class FeedSelectorTests
{
    private readonly FeedSelector _feeds = new(TimeSpan.FromSeconds(10));

    private bool Speaks(string feed, int rank, int second, bool believed = true)
    {
        var now = TimeSpan.FromSeconds(second);
        var may = _feeds.MayCarry(feed, rank, now);
        if (may && believed) _feeds.Heard(feed, rank, now);
        return may;
    }

    [Fact]
    public void A_worse_feed_takes_over_after_silence_and_gives_way_at_once()
    {
        Speaks("best", 0, 0).ShouldBeTrue();
        Speaks("worse", 1, 10).ShouldBeFalse();
        Speaks("worse", 1, 11).ShouldBeTrue();
        Speaks("best", 0, 12).ShouldBeTrue();
        Speaks("worse", 1, 13).ShouldBeFalse();
        Speaks("other", 0, 14).ShouldBeFalse();
    }

    [Fact]
    public void A_feed_whose_every_quote_is_refused_is_as_good_as_silent()
    {
        Speaks("best", 0, 0).ShouldBeTrue();
        for (var second = 1; second <= 10; second++) Speaks("best", 0, second, believed: false).ShouldBeTrue();
        Speaks("worse", 1, 11).ShouldBeTrue();

        // It is looked at further, and does not push the healthy one aside.
        Speaks("best", 0, 12, believed: false).ShouldBeTrue();
        _feeds.Current.ShouldBe("worse");
        Speaks("worse", 1, 13).ShouldBeTrue();
    }

    [Fact]
    public void A_feed_is_judged_by_its_own_quotes_also_after_another_one()
    {
        var (feeds, noon) = (new FeedValidators(), new DateTimeOffset(2026, 3, 3, 12, 0, 0, TimeSpan.Zero));
        QuoteVerdict Check(string feed, double minute) => feeds.Of(feed).Check(new Quote("EURUSD", 1.1m, 1.1m, noon.AddMinutes(minute)), noon);
        Check("ahead", 4).ShouldBe(QuoteVerdict.Accepted);
        Check("right", 0).ShouldBe(QuoteVerdict.Accepted);
        Check("ahead", 1).ShouldBe(QuoteVerdict.OutOfOrder);
    }
}
