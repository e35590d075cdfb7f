using ActorTrading.Contracts;

namespace ActorTrading.Grains.Tests.Strategies;

public class ObservedPathTests
{
    private static readonly DateTimeOffset Time = new(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_look_adds_the_stretch_since_the_one_before()
    {
        var path = new ObservedPath();
        path.See(new BarRow(Time, 10, 12, 9, 11, 5));
        path.See(new BarRow(Time, 10, 12, 9, 11, 6));
        path.See(new BarRow(Time, 10, 15, 9, 10, 9));
        path.See(new BarRow(Time, 10, 15, 9, 13, 10));
        path.Stretches.Select(b => (b.Open, b.High, b.Low, b.Close)).ShouldBe([(10, 12, 9, 11), (11, 15, 10, 10), (10, 13, 10, 13)]);
        path.See(new BarRow(Time.AddMinutes(1), 13, 13, 13, 13, 1));
        path.Stretches.Length.ShouldBe(1);
    }

    [Fact]
    public void A_bar_that_is_gathered_anew_goes_on_from_where_it_was()
    {
        var path = new ObservedPath();
        path.See(new BarRow(Time, 10, 12, 9, 11, 5));
        path.See(new BarRow(Time, 10, 11, 8, 10, 2));
        path.Stretches.Select(b => (b.Open, b.High, b.Low, b.Close)).ShouldBe([(10, 12, 9, 11), (11, 11, 8, 10)]);
    }

    [Fact]
    public void Very_many_looks_are_joined_and_lose_no_price()
    {
        var path = new ObservedPath();
        for (var i = 0; i < 20_000; i++)
        {
            path.See(new BarRow(Time, 10, 20 + i, 10 - i / 4000m, i % 2 == 0 ? 11 : 12, i + 1));
        }

        var stretches = path.Stretches;
        stretches.Length.ShouldBeLessThanOrEqualTo(5_000);
        stretches.Max(b => b.High).ShouldBe(20_019);
        stretches[^1].Close.ShouldBe(12);
        stretches.Zip(stretches.Skip(1)).ShouldAllBe(pair => pair.First.Close == pair.Second.Open);
    }
}
