using ActorTrading.Domain;

namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class AlertStoresTests(Server server)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static AlertDefinition Alert(Guid user) => new()
    {
        Id = Guid.NewGuid(),
        UserId = user,
        Symbol = "EURUSD",
        Condition = AlertCondition.CrossingUp,
        Value = 1.3950m,
        Channels = [AlertChannel.Webhook],
        CreatedAt = Now,
    };

    private static AlertFiring Firing(AlertDefinition alert, long sequence) => new(alert.Id, sequence, alert.Symbol, 1.3951m, Now, 1.3950m, "crossed");

    private static FiringRecord Record(AlertDefinition alert, long sequence, Guid messageId) => new(alert.UserId, Firing(alert, sequence),
        AlertState.New with { Status = AlertStatus.Fired, FireCount = sequence }, """{"x":1}""", [new OutboxMessage(messageId, "webhook", "{}", Now)]);

    [Fact]
    public async Task A_firing_is_recorded_once_with_all_that_comes_of_it()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var (alerts, notifications) = (new AlertStore(database.Access), new NotificationStore(database.Access));
        var alert = Alert(ann);
        await alerts.SaveAsync(alert, AlertState.New, Now);
        (await alerts.ActiveAsync("EURUSD").ToListAsync()).Single().Definition.Value.ShouldBe(1.3950m);

        var recorded = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => alerts.RecordFiringAsync(Record(alert, 1, new Guid(i, 0, 0, new byte[8])), Now)));
        recorded.Count(record => record is not null).ShouldBe(1);
        recorded.Single(record => record is not null)!.NotificationSeq.ShouldBe(1);

        (await alerts.ActiveAsync("EURUSD").ToListAsync()).ShouldBeEmpty();
        (await alerts.HistoryAsync(ann, alert.Id, long.MaxValue, 10)).ShouldBe([Firing(alert, 1)]);
        (await alerts.HistoryAsync(bob, alert.Id, long.MaxValue, 10)).ShouldBeEmpty();
        (await notifications.AfterAsync(ann, 0, 10)).Single().Kind.ShouldBe("alertTriggered");
        (await database.CountAsync("outbox")).ShouldBe(1);
        (await alerts.FindAsync(ann, alert.Id))!.State.Status.ShouldBe(AlertStatus.Fired);
        (await alerts.FindAsync(bob, alert.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task What_a_symbol_saw_is_never_written_over_a_newer_firing()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var alerts = new AlertStore(database.Access);
        var (every, once) = (Alert(ann), Alert(ann));
        await alerts.SaveAsync(every, AlertState.New, Now);
        await alerts.SaveAsync(once, AlertState.New, Now);
        await alerts.RecordFiringAsync(Record(every, 1, Guid.NewGuid()) with { After = AlertState.New with { FireCount = 1, Previous = 1.40m } }, Now);

        await alerts.SaveStatesAsync([(every.Id, AlertState.New with { Previous = 1.30m }), (once.Id, AlertState.New with { Previous = 1.31m })], Now);

        (await alerts.GetAsync(every.Id))!.State.Previous.ShouldBe(1.40m);
        (await alerts.GetAsync(once.Id))!.State.Previous.ShouldBe(1.31m);
    }

    [Fact]
    public async Task A_state_that_counts_a_firing_which_is_not_recorded_yet_waits_for_its_record()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var alerts = new AlertStore(database.Access);
        var alert = Alert(ann);
        await alerts.SaveAsync(alert, AlertState.New, Now);
        var fired = AlertState.New with { FireCount = 1, Previous = 1.40m };

        await alerts.SaveStatesAsync([(alert.Id, fired)], Now);
        (await alerts.GetAsync(alert.Id))!.State.FireCount.ShouldBe(0);
        await alerts.SaveAsync(alert, fired, Now);
        (await alerts.RecordFiringAsync(Record(alert, 1, Guid.NewGuid()) with { After = fired with { Previous = 1.41m } }, Now)).ShouldNotBeNull();

        var history = await alerts.HistoryAsync(ann, alert.Id, long.MaxValue, 10);
        (history.Single().Level, (await alerts.GetAsync(alert.Id))!.State.Previous).ShouldBe((1.3950m, 1.41m));
    }

    [Fact]
    public async Task A_deleted_alert_neither_shows_nor_fires()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var alerts = new AlertStore(database.Access);
        var alert = Alert(ann);
        await alerts.SaveAsync(alert, AlertState.New, Now);
        await alerts.DeleteAsync(alert.Id, Now);
        (await alerts.RecordFiringAsync(Record(alert, 1, Guid.NewGuid()), Now)).ShouldBeNull();
        (await alerts.ListAsync(ann, new PageRequest())).Items.ShouldBeEmpty();
        (await database.CountAsync("notifications")).ShouldBe(0);
    }

    [Fact]
    public async Task Notifications_are_numbered_without_a_gap()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var notifications = new NotificationStore(database.Access);
        var seqs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => notifications.AddAsync(ann, "test", "{}", Now)));
        seqs.Order().ShouldBe(Enumerable.Range(1, 20).Select(seq => (long)seq));
        await notifications.MarkReadAsync(ann, 15, Now);
        (await notifications.AfterAsync(ann, 10, 100)).Count(notification => notification.ReadAt is null).ShouldBe(5);
        (await notifications.BeforeAsync(ann, 11, 3)).Select(notification => notification.Seq).ShouldBe([10, 9, 8]);
    }
}
