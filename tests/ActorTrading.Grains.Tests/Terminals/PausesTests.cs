using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Terminals;

/// <summary>How often what a terminal cannot do for the moment is tried, by a clock that the test moves.</summary>
public sealed class PausesTests
{
    private static readonly Guid Id = new("00000000-0000-0000-0000-000000000001");
    private readonly SimulatedTimeProvider _clock = new();

    [Fact]
    public void The_pause_doubles_up_to_a_minute()
    {
        var pauses = new Pauses(_clock);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            pauses.IsOver(Id).ShouldBeTrue();
            pauses.Refused(Id);
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            pauses.IsOver(Id).ShouldBeFalse();
            _clock.Advance(TimeSpan.FromTicks(1));
        }

        pauses.Forget(Id);
        pauses.Refused(Id);
        _clock.Advance(TimeSpan.FromSeconds(1));
        pauses.IsOver(Id).ShouldBeTrue();
    }

    [Fact]
    public void What_opens_is_looked_at_again_no_later_than_it_is_too_late()
    {
        var pauses = new Pauses(_clock);
        var latest = _clock.GetUtcNow() + TimeSpan.FromSeconds(2);
        pauses.Refused(Id, latest);
        pauses.Refused(Id, latest);
        pauses.Refused(Id, latest);
        pauses.IsOver(Id).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(2));
        pauses.IsOver(Id).ShouldBeTrue();
        pauses.Keep(_ => false);
        pauses.IsOver(Id).ShouldBeTrue();
    }
}
