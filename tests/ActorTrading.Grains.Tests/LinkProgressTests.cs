using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests;

public class LinkProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_busy_link_is_asked_again_even_when_the_word_that_it_is_ready_was_lost()
    {
        var link = Link();
        var now = Start;
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            link.Settle(new CopyAck(3, Busy: true, null), 5, now);
            link.IsReadyAfterAck.ShouldBeFalse();
            link.IsReady(now.AddSeconds(seconds - 0.5)).ShouldBeFalse();
            link.IsReady(now.AddSeconds(seconds)).ShouldBeTrue();
            now = now.AddSeconds(seconds);
        }

        link.Decided.ShouldBe(3);
        link.Settle(new CopyAck(5, Busy: false, null), 5, now);
        link.IsReady(now).ShouldBeTrue();
        link.Decided.ShouldBe(5);
    }

    [Fact]
    public void A_busy_link_is_ready_at_once_when_it_says_so()
    {
        var link = Link();
        link.Settle(new CopyAck(3, Busy: true, null), 5, Start);
        link.Unblock();
        link.IsReady(Start).ShouldBeTrue();
    }

    [Fact]
    public void The_word_that_a_link_is_ready_may_overtake_the_one_that_it_is_busy()
    {
        var link = Link();
        link.Unblock();
        link.Settle(new CopyAck(3, Busy: true, null), 5, Start);
        link.IsReady(Start.AddSeconds(1)).ShouldBeTrue();
    }

    [Fact]
    public void A_link_with_new_settings_is_looked_at_at_once()
    {
        var link = Link();
        link.Watched(LinkRiskState.Empty, Start);
        link.IsWatchDue(Start.AddSeconds(1)).ShouldBeFalse();
        link.Update(Row());
        link.IsWatchDue(Start.AddSeconds(1)).ShouldBeTrue();
    }

    [Fact]
    public void A_link_whose_signal_delay_is_changed_does_not_wait_for_the_one_before()
    {
        var link = Link();
        link.Settle(new CopyAck(3, Busy: false, Start.AddMinutes(5)), 5, Start);
        link.IsReady(Start).ShouldBeFalse();
        link.Update(Row());
        link.IsReady(Start).ShouldBeTrue();
        link.Decided.ShouldBe(3);
    }

    internal static LinkProgress Link() => new(Row());

    private static LinkRow Row()
    {
        var settings = new LinkSettings { LeaderAccountId = Guid.CreateVersion7(), FollowerAccountId = Guid.NewGuid(), Sizing = new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.1m } };
        return new LinkRow(Guid.CreateVersion7(), Guid.CreateVersion7(), settings, LinkRiskState.Empty, Active: true, DecidedSeq: 2, StartSeq: 2, Begun: true, Version: 1);
    }
}
