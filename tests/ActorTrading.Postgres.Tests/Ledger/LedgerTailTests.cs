namespace ActorTrading.Postgres.Tests.Ledger;

[Collection(OnServer.Name)]
public sealed class LedgerTailTests(Server server)
{
    [Fact]
    public async Task A_tail_hands_out_every_entry_once_whatever_the_hints_are()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        var hints = new List<IReadOnlyList<ActorTrading.Domain.LedgerEntry>>();
        foreach (var _ in Enumerable.Range(0, 12))
        {
            var append = account.State.Seq == 0 ? account.Open() : account.Buy();
            await account.DoAsync(writer, append);
            hints.Add(append.Entries);
        }

        var tail = new LedgerTail(new LedgerReader(database.Access), account.Id, 0);
        var seen = new List<long>();
        // In time, lost, late, repeated, overlapping, empty.
        foreach (var hint in (IReadOnlyList<ActorTrading.Domain.LedgerEntry>[])[hints[0], hints[0], hints[3], hints[1], [], [.. hints[10], .. hints[11]], hints[11]])
            seen.AddRange((await tail.TakeAsync(hint)).Select(entry => entry.Seq));
        seen.AddRange((await tail.CatchUpAsync()).Select(entry => entry.Seq));

        seen.ShouldBe(Enumerable.Range(1, 24).Select(seq => (long)seq));
        tail.Seq.ShouldBe(24);
    }
}
