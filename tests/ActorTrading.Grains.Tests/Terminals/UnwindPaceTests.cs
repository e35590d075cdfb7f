using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Terminals;

public sealed class UnwindPaceTests
{
    private readonly SimulatedTimeProvider _clock = new();

    [Fact]
    public void A_broker_that_refuses_to_close_is_asked_less_and_less_often_down_to_once_a_minute()
    {
        var (pace, link) = (new UnwindPace(_clock), Guid.NewGuid());
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            pace.Allows(link, 2).ShouldBeTrue();
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            pace.Allows(link, 2).ShouldBeFalse();
            pace.Allows(Guid.NewGuid(), 2).ShouldBeTrue();
            _clock.Advance(TimeSpan.FromTicks(1));
        }

        pace.Allows(link, 1).ShouldBeTrue("something was closed");
        pace.Allows(link, 1).ShouldBeFalse();
        pace.Done(link);
        pace.Allows(link, 1).ShouldBeTrue();
    }
}
