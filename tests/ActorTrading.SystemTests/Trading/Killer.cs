namespace ActorTrading.SystemTests;

/// <summary>Draws the moments at which something is killed: from <c>ACTORTRADING_SEED</c>, as often as <c>ACTORTRADING_KILLS</c> says.</summary>
internal sealed class Killer
{
    private readonly Random _dice = new(Setting("ACTORTRADING_SEED", 20260));

    /// <summary>How often; more for a long soak.</summary>
    public int Kills { get; } = Setting("ACTORTRADING_KILLS", 5);

    public Task WaitAsync(int fromMilliseconds, int toMilliseconds) => Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(fromMilliseconds, toMilliseconds)), TimeProvider.System);

    public int Choose(int count) => _dice.Next(count);

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;
}
