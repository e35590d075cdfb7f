using ActorTrading.Postgres;

namespace ActorTrading.Grains.Tests.Strategies;

public class ProgressOrderTests
{
    [Fact]
    public void Each_later_state_of_a_backtest_has_a_greater_version_also_over_a_restart()
    {
        var start = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        var queued = new StoredBacktest { Id = Guid.CreateVersion7(), UserId = Guid.CreateVersion7(), Request = "{}", CreatedAt = start };
        var running = queued with { Status = "running", StartedAt = start.AddSeconds(1) };
        var again = running with { StartedAt = start.AddSeconds(2) };
        StoredBacktest[] states =
        [
            queued, running, running with { Progress = 0.25 }, running with { Progress = 1 }, again, again with { Progress = 0.1 },
            again with { Status = "completed", Progress = 1, FinishedAt = start.AddSeconds(3) },
        ];
        var versions = states.Select(state => StrategyMessages.Progress(state).Version!.Value).ToList();
        versions.ShouldBe(versions.Order());
        versions.ShouldBeUnique();
    }
}
