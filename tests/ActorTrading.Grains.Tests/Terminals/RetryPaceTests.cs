namespace ActorTrading.Grains.Tests.Terminals;

/// <summary>How often what a terminal cannot do for the moment is tried, by a clock that the test moves.</summary>
public sealed class RetryPaceTests
{
    private static readonly Guid Id = new("00000000-0000-0000-0000-000000000001");
    private readonly SetClock _clock = new();

    [Fact]
    public void The_pause_doubles_up_to_a_minute()
    {
        var pace = new RetryPace(_clock);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            pace.IsDue(Id).ShouldBeTrue();
            pace.Postpone(Id, null);
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            pace.IsDue(Id).ShouldBeFalse();
            _clock.Advance(TimeSpan.FromTicks(1));
        }

        pace.Forget(Id);
        pace.Postpone(Id, null);
        _clock.Advance(TimeSpan.FromSeconds(1));
        pace.IsDue(Id).ShouldBeTrue();
    }

    [Fact]
    public void What_opens_is_looked_at_again_no_later_than_it_is_too_late()
    {
        var pace = new RetryPace(_clock);
        var latest = _clock.GetUtcNow() + TimeSpan.FromSeconds(2);
        pace.Postpone(Id, latest);
        pace.Postpone(Id, latest);
        pace.Postpone(Id, latest);
        pace.IsDue(Id).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(2));
        pace.IsDue(Id).ShouldBeTrue();
        pace.Keep(_ => false);
        pace.IsDue(Id).ShouldBeTrue();
    }
}
