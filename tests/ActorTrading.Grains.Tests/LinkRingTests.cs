namespace ActorTrading.Grains.Tests;

public class LinkRingTests
{
    [Fact]
    public void Links_come_in_the_order_of_their_followers_accounts_wherever_they_begin()
    {
        var ring = Ring(50);
        var inOrder = ring.OrderBy(l => l.FollowerAccountId).ToList();
        for (var seq = 1L; seq <= 200; seq++)
        {
            var round = ring.From(seq).ToList();
            var first = inOrder.IndexOf(round[0]);
            round.ShouldBe([.. inOrder[first..], .. inOrder[..first]]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_link_is_the_first_as_often_as_any_other(int step)
    {
        var ring = Ring(10);
        var firsts = Enumerable.Range(0, 1_000).Select(i => ring.From(7 + (long)i * step).First()).CountBy(l => l.Id).ToDictionary();
        firsts.Count.ShouldBe(10);
        firsts.Values.ShouldAllBe(times => times >= 90 && times <= 110);
    }

    [Fact]
    public void What_is_added_and_removed_later_has_its_place()
    {
        var ring = Ring(5);
        var gone = ring.ElementAt(2);
        var late = LinkProgressTests.Link();
        ring.Add(late);
        ring.Remove(gone.Id);
        ring.Remove(gone.Id);
        ring.Count.ShouldBe(5);
        ring.ShouldBe(ring.OrderBy(l => l.FollowerAccountId));
        ring.Has(gone.Id).ShouldBeFalse();
        ring.Contains(gone).ShouldBeFalse();
        ring.TryGet(late.Id, out var found).ShouldBeTrue();
        found.ShouldBe(late);
    }

    [Fact]
    public void A_link_that_begins_again_is_not_the_one_that_it_was()
    {
        var ring = Ring(3);
        var before = ring.First();
        ring.Remove(before.Id);
        var row = new LinkRow(before.Id, Guid.NewGuid(), before.Settings, before.Risk, true, 0, 0, true, 1);
        ring.Add(new LinkProgress(row));
        ring.Contains(before).ShouldBeFalse();
        ring.Has(before.Id).ShouldBeTrue();
    }

    [Fact]
    public void A_ring_without_links_has_nobody_to_ask() => new LinkRing().From(5).ShouldBeEmpty();

    private static LinkRing Ring(int count)
    {
        var ring = new LinkRing();
        ring.AddRange(Enumerable.Range(0, count).Select(_ => LinkProgressTests.Link()));
        return ring;
    }
}
