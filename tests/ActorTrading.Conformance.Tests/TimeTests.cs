using ActorTrading.Conformance.Tests.Grains;

namespace ActorTrading.Conformance.Tests;

/// <summary>Timers and reminders.</summary>
public sealed class TimeTests(HostFixture host) : ConformanceTests(host)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static GrainTimerSettings Every(double due, double period, bool interleave = false, bool keepAlive = false, bool fails = false) =>
        new(Second * due, period < 0 ? Timeout.InfiniteTimeSpan : Second * period, interleave, keepAlive, fails);

    /// <summary>The tick before has ended, and with it the next one is set, when a later request has.</summary>
    private static Task Settled(ITimerGrain grain) => grain.Settle();

    [Fact]
    public async Task A_timer_ticks_after_its_due_time_and_then_every_period()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.Start("tick", Every(2, 3));
        Advance(Second * 2);
        await Journal.Noted(key, "tick");
        for (var ticks = 2; ticks < 5; ticks++)
        {
            await Settled(grain);
            Advance(Second * 3);
            await Journal.Noted(key, "tick", ticks);
        }

        await grain.Stop("tick");
        Advance(Second * 30);
        await grain.Start("last", Every(0, -1));
        Advance(TimeSpan.Zero);
        await Journal.Noted(key, "last");
        Journal.Of(key).Count(e => e == "tick").ShouldBe(4);
    }

    [Fact]
    public async Task A_timer_that_fails_goes_on()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.Start("tick", Every(1, 1, fails: true));
        Advance(Second);
        await Journal.Noted(key, "tick");
        await Settled(grain);
        Advance(Second);
        await Journal.Noted(key, "tick", 2);
        await grain.Stop("tick");
    }

    [Fact]
    public async Task A_tick_waits_its_turn_unless_it_may_interleave()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.Start("patient", Every(1, -1));
        await grain.Start("pushing", Every(1, -1, interleave: true));
        var blocked = grain.Block(key);
        await Journal.Noted(key, "blocking");
        Advance(Second);
        await Journal.Noted(key, "pushing");
        Journal.Of(key).ShouldNotContain("patient");
        Journal.OpenGate(key);
        await blocked;
        await Journal.Noted(key, "patient");
    }

    [Fact]
    public async Task A_timer_can_be_changed()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.Start("tick", Every(100, 100));
        await grain.Change("tick", Second, Timeout.InfiniteTimeSpan);
        Advance(Second);
        await Journal.Noted(key, "tick");
        Advance(Second * 300);
        Journal.Of(key).Count(e => e == "tick").ShouldBe(1);
    }

    [Fact]
    public async Task A_timer_that_is_changed_during_its_tick_ticks_again_though_that_one_takes_longer()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.StartSlow("tick", key);
        Advance(Second);
        await Journal.Noted(key, "tick begins");
        await grain.Change("tick", Second, Timeout.InfiniteTimeSpan);
        Advance(Second * 2);
        await Settled(grain);
        Journal.Of(key).Count(e => e == "tick begins").ShouldBe(1);
        Journal.OpenGate(key);
        await Journal.Noted(key, "tick ends");
        var again = Journal.Noted(key, "tick begins", 2);
        // The time begins with the end of the tick, of which its last note is not quite the end.
        for (var second = 0; second < 60 && !again.IsCompleted; second++)
        {
            await Settled(grain);
            Advance(Second);
        }

        await again;
    }

    [Fact]
    public async Task What_fails_when_timers_end_does_not_keep_the_grain_from_its_last_work()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.StartBadly();
        Advance(TimeSpan.Zero);
        await Journal.Noted(key, "registered");
        await grain.Leave();
        await Journal.Noted(key, "deactivated");
    }

    [Fact]
    public async Task Changing_a_timer_that_was_disposed_does_nothing()
    {
        var key = NewKey("timer");
        var grain = Client.GetGrain<ITimerGrain>(key);
        await grain.Start("tick", Every(1, 1));
        await grain.Stop("tick");
        await grain.Change("tick", Second, Second);
        Advance(Second * 2);
        await Settled(grain);
        Journal.Of(key).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_timer_keeps_its_activation_only_when_asked_to()
    {
        var (kept, lost) = (NewKey("timer"), NewKey("timer"));
        await Client.GetGrain<ITimerGrain>(kept).Start("tick", Every(60, 60, keepAlive: true));
        // Ticks once within the age limit, and not when the collector looks, which leaves a grain alone while a tick waits.
        await Client.GetGrain<ITimerGrain>(lost).Start("tick", Every(630, 600));
        // On a busy machine the other's turns may still wait when the clock, which waits for none of them, has moved on: so it goes on until that one is gone.
        for (var minute = 1; minute <= 18 || (minute <= 60 && !Journal.Of(lost).Contains("deactivated")); minute++)
        {
            await AdvanceIdleMinute();
            await Journal.Noted(kept, "tick", minute);
            await Settled(Client.GetGrain<ITimerGrain>(kept));
        }

        await Journal.Noted(lost, "deactivated");
        Journal.Of(kept).ShouldNotContain("deactivated");
        await Client.GetGrain<ITimerGrain>(kept).Stop("tick");
    }

    [Fact]
    public async Task A_reminder_wakes_a_grain_that_has_no_activation()
    {
        var key = NewKey("reminder");
        var grain = Client.GetGrain<IReminderGrain>(key);
        await grain.Set("daily", TimeSpan.FromMinutes(1), TimeSpan.FromHours(24));
        (await grain.Has("daily")).ShouldBeTrue();
        (await grain.Has("weekly")).ShouldBeFalse();
        await grain.Leave();
        await Journal.Noted(key, "deactivated");
        Advance(TimeSpan.FromMinutes(1));
        await Journal.Noted(key, "daily every 1.00:00:00");
        await grain.Remove("daily");
        (await grain.Has("daily")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_reminder_goes_on_until_it_is_removed()
    {
        var key = NewKey("reminder");
        var grain = Client.GetGrain<IReminderGrain>(key);
        await grain.Set("r", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        for (var minute = 1; minute <= 5; minute++)
        {
            Advance(TimeSpan.FromMinutes(1));
            await Journal.Noted(key, "r every 00:02:00", (minute + 1) / 2);
            await grain.Has("r");
        }

        await grain.Set("r", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
        // The one that was set before may still be ending, and the new one's first minute begins after that.
        var again = Journal.Noted(key, "r every 00:03:00");
        for (var minute = 1; minute <= 2 && !again.IsCompleted; minute++)
        {
            await grain.Has("r");
            Advance(TimeSpan.FromMinutes(1));
        }

        await again;
        await grain.Remove("r");
        Advance(TimeSpan.FromMinutes(10));
        Journal.Of(key).Count(e => e != "deactivated").ShouldBe(4);
    }

    [Fact]
    public async Task A_reminder_that_would_tick_too_often_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(() => Client.GetGrain<IReminderGrain>(NewKey("reminder")).Set("r", TimeSpan.Zero, Second));
}
