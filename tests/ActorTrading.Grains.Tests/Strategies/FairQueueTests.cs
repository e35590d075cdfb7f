namespace ActorTrading.Grains.Tests.Strategies;

public class FairQueueTests
{
    private static readonly Guid Ann = new(1, 0, 0, new byte[8]), Bob = new(2, 0, 0, new byte[8]), Cid = new(3, 0, 0, new byte[8]);

    [Fact]
    public void Who_asks_for_much_does_not_keep_others_waiting()
    {
        var queue = new FairQueue<int>(10);
        for (var i = 0; i < 5; i++)
        {
            queue.Add(Ann, i);
        }

        queue.Add(Bob, 100);
        queue.Add(Cid, 200);
        Take(queue, 7).ShouldBe([0, 100, 200, 1, 2, 3, 4]);
        queue.TryTake(out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Among_equals_turns_go_round()
    {
        var queue = new FairQueue<int>(10);
        foreach (var (user, job) in new[] { (Ann, 1), (Ann, 2), (Ann, 3), (Bob, 11), (Bob, 12), (Bob, 13) })
        {
            queue.Add(user, job);
        }

        var order = new List<int>();
        while (queue.TryTake(out var user, out var job))
        {
            order.Add(job);
            queue.Done(user);
        }

        order.ShouldBe([1, 11, 2, 12, 3, 13]);
    }

    [Fact]
    public void Nobody_has_more_than_the_share_running()
    {
        var queue = new FairQueue<int>(2);
        for (var i = 0; i < 4; i++)
        {
            queue.Add(Ann, i);
        }

        Take(queue, 2).ShouldBe([0, 1]);
        queue.TryTake(out _, out _).ShouldBeFalse();
        queue.Done(Ann);
        Take(queue, 1).ShouldBe([2]);
        queue.CountOf(Ann).ShouldBe(3);
    }

    [Fact]
    public void What_is_removed_is_not_served()
    {
        var queue = new FairQueue<int>(2);
        queue.Add(Ann, 1);
        queue.Add(Ann, 2);
        queue.Remove(Ann, 1).ShouldBeTrue();
        queue.Remove(Ann, 1).ShouldBeFalse();
        queue.Remove(Bob, 2).ShouldBeFalse();
        Take(queue, 1).ShouldBe([2]);
        queue.Count.ShouldBe(0);
    }

    private static List<int> Take(FairQueue<int> queue, int count)
    {
        var taken = new List<int>();
        while (taken.Count < count && queue.TryTake(out _, out var job))
        {
            taken.Add(job);
        }

        return taken;
    }
}
