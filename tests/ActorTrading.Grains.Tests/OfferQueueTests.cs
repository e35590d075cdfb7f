using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Grains.Tests;

public class OfferQueueTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly OfferSettings Four = new(4, TimeSpan.FromMilliseconds(100));

    [Fact]
    public void Links_are_asked_in_the_order_in_which_they_lined_up_and_no_more_than_there_are_places()
    {
        var queue = new OfferQueue(Four);
        var links = Links(6);
        Add(queue, links);
        Take(queue, Start).Select(p => p.Link).ShouldBe(links[..4]);
        queue.AreWaiting.ShouldBeTrue();
    }

    [Fact]
    public void Places_are_filled_again_when_half_of_them_are_free()
    {
        var queue = new OfferQueue(Four);
        var links = Links(8);
        Add(queue, links);
        var first = Take(queue, Start);
        queue.Leave(first[2]);
        Take(queue, Start).ShouldBeEmpty();
        queue.Leave(first[0]);
        Take(queue, Start).Select(p => p.Link).ShouldBe(links[4..6]);
        Take(queue, Start).ShouldBeEmpty();
    }

    [Fact]
    public void A_link_that_is_in_line_does_not_line_up_again()
    {
        var queue = new OfferQueue(Four);
        var links = Links(1);
        Add(queue, [.. links, .. links]);
        Take(queue, Start).ShouldHaveSingleItem();
        Add(queue, links);
        Take(queue, Start).ShouldHaveSingleItem().Link.ShouldBe(links[0]);
    }

    [Fact]
    public void Links_that_do_not_answer_lose_their_places_to_the_next_ones()
    {
        var queue = new OfferQueue(Four);
        var links = Links(12);
        Add(queue, links);
        var silent = Take(queue, Start);
        Take(queue, Start + Four.Patience - TimeSpan.FromMilliseconds(1)).ShouldBeEmpty();
        Take(queue, Start + Four.Patience).Select(p => p.Link).ShouldBe(links[4..8]);

        // Answers that come after all free no place a second time.
        foreach (var place in silent)
        {
            queue.Leave(place);
        }

        Take(queue, Start + Four.Patience).ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_comes_no_more_places_are_taken_than_there_are_and_everybody_gets_one_in_turn() =>
        Prop.ForAll(Gen.Choose(0, 9).ArrayOf(200).ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (steps, atOnce) =>
        {
            var queue = new OfferQueue(new OfferSettings(atOnce, TimeSpan.FromMilliseconds(100)));
            var (now, lined, asked, held) = (Start, new List<LinkProgress>(), new List<LinkProgress>(), new List<OfferQueue.Place>());
            foreach (var step in steps)
            {
                switch (step)
                {
                    case < 4:
                        var link = LinkProgressTests.Link();
                        lined.Add(link);
                        queue.Add(link);
                        break;
                    case < 7 when held.Count > 0:
                        queue.Leave(held[step % held.Count]);
                        held.RemoveAt(step % held.Count);
                        break;
                    case 7:
                        now += TimeSpan.FromMilliseconds(40);
                        break;
                }

                var taken = Take(queue, now);
                asked.AddRange(taken.Select(p => p.Link));
                held.AddRange(taken);
                held.Count(p => now - p.Since < TimeSpan.FromMilliseconds(100)).ShouldBeLessThanOrEqualTo(atOnce);
            }

            while (queue.AreWaiting)
            {
                asked.AddRange(Take(queue, now += TimeSpan.FromMilliseconds(100)).Select(p => p.Link));
            }

            asked.ShouldBe(lined);
        }).QuickCheckThrowOnFailure();

    private static void Add(OfferQueue queue, IEnumerable<LinkProgress> links)
    {
        foreach (var link in links)
        {
            queue.Add(link);
        }
    }

    private static List<OfferQueue.Place> Take(OfferQueue queue, DateTimeOffset now)
    {
        var taken = new List<OfferQueue.Place>();
        while (queue.TryTake(now, out var place))
        {
            taken.Add(place);
        }

        return taken;
    }

    private static LinkProgress[] Links(int count) => [.. Enumerable.Range(0, count).Select(_ => LinkProgressTests.Link())];
}
