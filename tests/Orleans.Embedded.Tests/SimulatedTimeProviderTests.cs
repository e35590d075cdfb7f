using Orleans.Embedded.Simulation;

namespace Orleans.Embedded.Tests;

public class SimulatedTimeProviderTests
{
    private readonly SimulatedTimeProvider _clock = new();

    [Fact]
    public void Timers_fire_in_order_of_due_time_and_see_it_on_the_clock()
    {
        var seen = new List<string>();
        Timer("b", 2);
        Timer("a", 1);
        Timer("c", 2);
        using var repeating = _clock.CreateTimer(_ => Note("r"), null, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(3));
        seen.ShouldBe(["a@1", "r@1.5", "b@2", "c@2", "r@2.5"]);
        _clock.UntilNextTimer.ShouldBe(TimeSpan.FromSeconds(0.5));

        void Timer(string name, double seconds) => _clock.CreateTimer(_ => Note(name), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);

        void Note(string name) => seen.Add(FormattableString.Invariant($"{name}@{_clock.Elapsed.TotalSeconds}"));
    }

    [Fact]
    public async Task Delays_and_cancellations_follow_the_clock()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(1), _clock);
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        delay.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        await delay;
        source.IsCancellationRequested.ShouldBeFalse();
        _clock.AdvanceTo(new DateTimeOffset(2026, 1, 1, 0, 0, 2, TimeSpan.Zero));
        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void A_timer_set_while_another_fires_is_part_of_the_same_advance()
    {
        var fired = 0;
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ =>
        {
            if (++fired < 5)
                timer!.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromSeconds(4));
        fired.ShouldBe(4);
        timer.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(4));
        fired.ShouldBe(4);
        _clock.ActiveTimers.ShouldBe(0);
    }
}
