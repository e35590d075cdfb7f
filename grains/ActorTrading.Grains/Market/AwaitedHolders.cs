namespace ActorTrading.Grains;

/// <summary>
/// Accounts that may wait for a symbol's prices and have not armed anything since its book was made. Each is told so once by a message that
/// nobody answers, and who has not come by then is asked until it answers: of an account that could not be brought up the levels stand in no book.
/// </summary>
/// <param name="ask">Completes when the account is up and knows that it has to arm again.</param>
internal sealed class AwaitedHolders(TimeProvider clock, Func<Guid, Task> ask)
{
    /// <summary>Asked side by side; the others have their turn in the next round.</summary>
    private const int AtOnce = 128;

    /// <summary>What is asked after the first message, and then less and less often while some do not answer.</summary>
    private static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAfterMax = TimeSpan.FromSeconds(20);

    private readonly HashSet<Guid> _awaited = [];
    private readonly Queue<Guid> _line = new();
    private TimeSpan _pause = AskAfter;
    private DateTimeOffset _next;
    private bool _asking;

    public void Expect(IReadOnlyList<Guid> accounts)
    {
        foreach (var account in accounts)
        {
            if (_awaited.Add(account))
            {
                _line.Enqueue(account);
            }
        }

        _next = clock.GetUtcNow() + AskAfter;
    }

    /// <summary>It has armed what it waits for, all of it.</summary>
    public void Heard(Guid account) => _awaited.Remove(account);

    /// <summary>Asks some of those who are missing, where it is time to.</summary>
    public async Task AskAsync()
    {
        if (_asking || _awaited.Count == 0 || clock.GetUtcNow() < _next)
        {
            return;
        }

        _asking = true;
        var round = new List<Guid>();
        while (round.Count < AtOnce && _line.TryDequeue(out var account))
        {
            if (_awaited.Contains(account))
            {
                round.Add(account);
            }
        }

        var answered = await RollCall.AskAsync(round, ask);
        var all = true;
        for (var i = 0; i < round.Count; i++)
        {
            if (answered[i])
            {
                _awaited.Remove(round[i]);
            }
            else if (_awaited.Contains(round[i]))
            {
                _line.Enqueue(round[i]);
                all = false;
            }
        }

        _pause = all ? AskAfter : _pause * 2 < AskAfterMax ? _pause * 2 : AskAfterMax;
        _next = all ? default : clock.GetUtcNow() + _pause;
        _asking = false;
    }
}
