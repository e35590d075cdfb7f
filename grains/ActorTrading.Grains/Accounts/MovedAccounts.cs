namespace ActorTrading.Grains;

/// <summary>
/// A silo that goes between an account's commit and the arming of what it opened leaves levels that stand in no book, and nobody who knows of
/// them. So when one has come or gone, the paper accounts that moved lately are called, which brings up, and so arms, those that were there. Each
/// is called until it answers; for a minute also those that have moved since the look before, by a silo that was given up and lived on.
/// </summary>
/// <param name="call">Completes when the account is up.</param>
internal sealed class MovedAccounts(IAccountDirectory accounts, Func<Guid, Task> call, TimeProvider clock)
{
    /// <summary>More than it takes until a silo that hangs is given up.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LookedFor = TimeSpan.FromMinutes(1);

    /// <summary>By how much the clocks of two processes may differ, and a commit may take.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private const int AtOnce = 64;

    private readonly HashSet<Guid> _left = [];
    private DateTimeOffset _since = DateTimeOffset.MaxValue;
    private DateTimeOffset _until;

    /// <summary>A silo has come or gone.</summary>
    public void Look()
    {
        var now = clock.GetUtcNow();
        _since = now - Lately;
        _until = now + LookedFor;
    }

    /// <summary>Calls those that are to be called; again in the next round whoever does not answer.</summary>
    public async Task CallAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (now <= _until)
        {
            _left.UnionWith(await accounts.MovedAsync(_since, cancellation));
            _since = now - Overlap;
        }

        foreach (var some in _left.Chunk(AtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            var answered = await RollCall.AskAsync(some, call);
            _left.ExceptWith(some.Where((_, i) => answered[i]));
        }
    }
}
