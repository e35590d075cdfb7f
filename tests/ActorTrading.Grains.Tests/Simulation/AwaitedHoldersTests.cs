using ActorTrading.Domain;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Simulation;

public sealed class AwaitedHoldersTests
{
    private readonly SimulatedTimeProvider _clock = new();
    private readonly List<Guid> _asked = [];
    private readonly HashSet<Guid> _silent = [];
    private readonly AwaitedHolders _awaited;

    public AwaitedHoldersTests() => _awaited = new AwaitedHolders(_clock, account =>
    {
        _asked.Add(account);
        return _silent.Contains(account) ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
    });

    [Fact]
    public async Task Who_has_armed_is_not_asked_and_who_answers_not_again()
    {
        var accounts = Accounts(3);
        _awaited.Expect(accounts);
        await _awaited.AskAsync();
        _asked.ShouldBeEmpty("they have just been told");

        _awaited.Heard(accounts[0]);
        for (var i = 0; i < 10; i++) await LaterAsync();
        _asked.ShouldBe([accounts[1], accounts[2]]);
    }

    [Fact]
    public async Task Who_does_not_answer_is_asked_less_and_less_often_until_it_does()
    {
        var accounts = Accounts(1);
        _awaited.Expect(accounts);
        _silent.Add(accounts[0]);
        for (var i = 0; i < 300; i++) await LaterAsync();
        _asked.Count.ShouldBeInRange(10, 30);

        _silent.Clear();
        for (var i = 0; i < 60; i++) await LaterAsync();
        var asked = _asked.Count;
        for (var i = 0; i < 60; i++) await LaterAsync();
        _asked.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task Many_are_asked_some_at_a_time_and_one_that_is_silent_holds_up_no_other()
    {
        var accounts = Accounts(400);
        _awaited.Expect(accounts);
        _silent.Add(accounts[0]);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _awaited.AskAsync();
        _asked.Count.ShouldBeLessThan(200);
        for (var i = 0; i < 60; i++) await LaterAsync();
        _asked.Distinct().ShouldBe(accounts);
    }

    private Task LaterAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return _awaited.AskAsync();
    }

    private static List<Guid> Accounts(int count) => [.. Enumerable.Range(1, count).Select(i => DeterministicId.FromNumbers(3, i))];
}
