using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests;

/// <summary>Who is called after a silo has come or gone, by a clock that the test moves.</summary>
public sealed class MovedAccountsTests
{
    private static readonly Guid One = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Two = new("00000000-0000-0000-0000-000000000002");

    private readonly SimulatedTimeProvider _clock = new();
    private readonly Moves _moves = new();
    private readonly HashSet<Guid> _away = [];
    private readonly List<Guid> _called = [];
    private readonly MovedAccounts _moved;

    public MovedAccountsTests() => _moved = new MovedAccounts(_moves, account =>
    {
        _called.Add(account);
        return _away.Contains(account) ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
    }, _clock);

    [Fact]
    public async Task Nobody_is_called_until_a_silo_comes_or_goes_and_then_who_moved_lately()
    {
        _moves.At[One] = _clock.GetUtcNow();
        await RoundAsync();
        _called.ShouldBeEmpty();

        _clock.Advance(TimeSpan.FromMinutes(11));
        _moves.At[Two] = _clock.GetUtcNow() - TimeSpan.FromMinutes(9);
        _moved.Look();
        await RoundAsync();
        _called.ShouldBe([Two]);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await RoundAsync();
        _called.ShouldBe([Two], "it has answered");
    }

    [Fact]
    public async Task Who_does_not_answer_is_called_until_it_does_and_keeps_none_of_the_others_waiting()
    {
        for (var i = 0; i < 200; i++)
        {
            _moves.At[Guid.NewGuid()] = _clock.GetUtcNow() - TimeSpan.FromMinutes(2);
        }

        _moves.At[One] = _clock.GetUtcNow() - TimeSpan.FromMinutes(1);
        _away.Add(One);
        _moved.Look();
        await RoundAsync();
        _called.Count.ShouldBe(201);
        _called.Clear();
        _clock.Advance(TimeSpan.FromMinutes(5));
        await RoundAsync();
        _called.ShouldBe([One], "also when nobody looks for others any more");
        _away.Clear();
        await RoundAsync();
        _called.Clear();
        await RoundAsync();
        _called.ShouldBeEmpty();
    }

    [Fact]
    public async Task For_a_minute_who_moves_late_is_called_too()
    {
        _moved.Look();
        await RoundAsync();
        _clock.Advance(TimeSpan.FromSeconds(20));
        _moves.At[One] = _clock.GetUtcNow() - TimeSpan.FromSeconds(10);
        await RoundAsync();
        _called.ShouldBe([One]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        _moves.At[Two] = _clock.GetUtcNow();
        await RoundAsync();
        _called.ShouldBe([One]);
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_again_for_the_same_time()
    {
        _moves.At[One] = _clock.GetUtcNow() - TimeSpan.FromMinutes(9);
        _moves.IsAway = true;
        _moved.Look();
        await Should.ThrowAsync<TimeoutException>(RoundAsync);
        _moves.IsAway = false;
        _clock.Advance(TimeSpan.FromSeconds(30));
        await RoundAsync();
        _called.ShouldBe([One]);
    }

    private Task RoundAsync() => _moved.CallAsync(CancellationToken.None);

    private sealed class Moves : IAccountDirectory
    {
        public Dictionary<Guid, DateTimeOffset> At { get; } = [];

        public bool IsAway { get; set; }

        public Task<IReadOnlyList<Guid>> MovedAsync(DateTimeOffset since, CancellationToken cancellation) => IsAway
            ? Task.FromException<IReadOnlyList<Guid>>(new TimeoutException())
            : Task.FromResult<IReadOnlyList<Guid>>([.. At.Where(move => move.Value >= since).Select(move => move.Key)]);

        public Task<AccountProfile> GetAsync(Guid accountId, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<Guid>> LeadersAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }
}
