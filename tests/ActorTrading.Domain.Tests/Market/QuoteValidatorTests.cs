using ActorTrading.Domain;

namespace ActorTrading.Domain.Tests.Market;

public class QuoteValidatorTests
{
    private static readonly DateTimeOffset T0 = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);
    private readonly QuoteValidator _validator = new();

    private QuoteVerdict Check(decimal bid, decimal ask, double second = 0) =>
        _validator.Check(new Quote("EURUSD", bid, ask, T0.AddSeconds(second)), T0.AddSeconds(second));

    [Theory]
    [InlineData(0, 1.1, QuoteVerdict.NotAPrice)]
    [InlineData(-1, 1.1, QuoteVerdict.NotAPrice)]
    [InlineData(1.1, 0, QuoteVerdict.NotAPrice)]
    [InlineData(2e9, 2e9, QuoteVerdict.NotAPrice)]
    [InlineData(1.1001, 1.1, QuoteVerdict.Crossed)]
    [InlineData(1.1, 1.4, QuoteVerdict.TooWide)]
    [InlineData(1.1, 1.1, QuoteVerdict.Accepted)]
    public void Prices_must_make_sense(double bid, double ask, QuoteVerdict verdict) => Check((decimal)bid, (decimal)ask).ShouldBe(verdict);

    [Fact]
    public void Time_does_not_go_backwards_but_may_stand_still()
    {
        Check(1.1m, 1.1001m, 5).ShouldBe(QuoteVerdict.Accepted);
        Check(1.1m, 1.1001m, 4.999).ShouldBe(QuoteVerdict.OutOfOrder);
        Check(1.1m, 1.1001m, 5).ShouldBe(QuoteVerdict.Accepted);
    }

    [Fact]
    public void A_clock_far_ahead_is_not_believed() =>
        _validator.Check(new Quote("EURUSD", 1.1m, 1.1m, T0.AddMinutes(6)), T0).ShouldBe(QuoteVerdict.FromTheFuture);

    [Fact]
    public void A_clock_that_was_never_set_is_not_believed() =>
        _validator.Check(new Quote("EURUSD", 1.1m, 1.1m, DateTimeOffset.MinValue), T0).ShouldBe(QuoteVerdict.NotATime);

    [Fact]
    public void One_wild_tick_is_left_out_and_the_next_good_one_accepted()
    {
        Check(1.1m, 1.1001m);
        Check(1.3m, 1.3001m, 1).ShouldBe(QuoteVerdict.UnconfirmedJump);
        Check(1.1m, 1.1001m, 2).ShouldBe(QuoteVerdict.Accepted);
        Check(1.3m, 1.3001m, 3).ShouldBe(QuoteVerdict.UnconfirmedJump);
        Check(0.9m, 0.9001m, 4).ShouldBe(QuoteVerdict.UnconfirmedJump);
        _validator.Last!.Value.Bid.ShouldBe(1.1m);
    }

    [Fact]
    public void A_real_gap_is_believed_at_the_third_quote()
    {
        Check(1.1m, 1.1001m);
        Check(1.3m, 1.3001m, 1).ShouldBe(QuoteVerdict.UnconfirmedJump);
        Check(1.31m, 1.3101m, 2).ShouldBe(QuoteVerdict.UnconfirmedJump);
        Check(1.305m, 1.3051m, 3).ShouldBe(QuoteVerdict.Accepted);
    }
}
