namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class OutboxTests(Server server)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static OutboxMessage Message(int number, DateTimeOffset? due = null) => new(new Guid(number, 0, 0, new byte[8]), "webhook", """{"n":1}""", due ?? Now);

    [Fact]
    public async Task Two_workers_never_get_the_same_message()
    {
        await using var database = await server.MigratedAsync();
        var outbox = new OutboxStore(database.Access);
        await outbox.EnqueueAsync([.. Enumerable.Range(1, 40).Select(number => Message(number))], Now);
        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => outbox.LeaseAsync("webhook", 10, Now, Lease)));
        var ids = leases.SelectMany(lease => lease).Select(message => message.Id).ToList();
        ids.Distinct().Count().ShouldBe(ids.Count);
        (await outbox.LeaseAsync("webhook", 100, Now, Lease)).Count.ShouldBe(40 - ids.Count);
        (await outbox.LeaseAsync("webhook", 100, Now, Lease)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lease_that_ended_is_anothers_and_its_first_holder_can_no_longer_end_it()
    {
        await using var database = await server.MigratedAsync();
        var outbox = new OutboxStore(database.Access);
        await outbox.EnqueueAsync([Message(1)], Now);
        var first = (await outbox.LeaseAsync("webhook", 1, Now, Lease)).Single();
        (await outbox.LeaseAsync("webhook", 1, Now + Lease - TimeSpan.FromSeconds(1), Lease)).ShouldBeEmpty();
        var second = (await outbox.LeaseAsync("webhook", 1, Now + Lease, Lease)).Single();
        second.Attempts.ShouldBe(1);
        (await outbox.CompleteAsync(first)).ShouldBeFalse();
        (await outbox.CompleteAsync(second)).ShouldBeTrue();
        (await database.CountAsync("outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task A_failed_message_comes_again_when_it_is_due_and_is_kept_when_given_up()
    {
        await using var database = await server.MigratedAsync();
        var outbox = new OutboxStore(database.Access);
        await outbox.EnqueueAsync([Message(1), Message(1), Message(2, Now.AddHours(1))], Now);
        var message = (await outbox.LeaseAsync("webhook", 10, Now, Lease)).Single();
        message.Payload.ShouldBe("""{"n": 1}""");
        (await outbox.RetryAsync(message, Now.AddMinutes(1), "503")).ShouldBeTrue();
        (await outbox.LeaseAsync("webhook", 10, Now, Lease)).ShouldBeEmpty();
        (await outbox.BacklogAsync(Now.AddMinutes(3))).ShouldBe(new OutboxBacklog(1, TimeSpan.FromMinutes(2)));
        var again = (await outbox.LeaseAsync("webhook", 10, Now.AddMinutes(1), Lease)).Single();
        (await outbox.GiveUpAsync(again, new string('x', 5_000))).ShouldBeTrue();
        (await outbox.LeaseAsync("webhook", 10, Now.AddMinutes(30), Lease)).ShouldBeEmpty();
        var dead = (await outbox.DeadAsync(10)).Single();
        (dead.Attempts, dead.LastError!.Length).ShouldBe((2, 1_000));
    }

    [Fact]
    public async Task What_a_mail_server_said_is_noted_whatever_characters_it_used()
    {
        await using var database = await server.MigratedAsync();
        var outbox = new OutboxStore(database.Access);
        await outbox.EnqueueAsync([Message(1)], Now);
        var first = (await outbox.LeaseAsync("webhook", 1, Now, Lease)).Single();
        (await outbox.RetryAsync(first, Now, "451 \0 later \ud83d")).ShouldBeTrue();
        var second = (await outbox.LeaseAsync("webhook", 1, Now, Lease)).Single();
        (await outbox.GiveUpAsync(second, "554 no\0")).ShouldBeTrue();
        (await outbox.DeadAsync(1)).Single().LastError.ShouldBe("554 no\ufffd");
    }
}
