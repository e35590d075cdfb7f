using ActorTrading.Domain;
using ActorTrading.Postgres.Tests.Ledger;

namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class CopyingStoresTests(Server server)
{
    private static readonly DateTimeOffset Now = TestAccount.Start;

    private static StoredLink Link(Guid user, Guid leader, Guid follower) => new()
    {
        Id = Guid.NewGuid(),
        UserId = user,
        LeaderAccountId = leader,
        FollowerAccountId = follower,
        Status = "active",
        StartSeq = 5,
        CreatedAt = Now,
        Settings = new LinkSettings { LeaderAccountId = leader, FollowerAccountId = follower, Reverse = true, EquityStop = new EquityStop(EquityStopType.Trailing, 100m) },
    };

    [Fact]
    public async Task A_link_knows_its_settings_and_how_far_its_follower_has_decided()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var (leader, follower) = ((await database.NewAccountsAsync(ann))[0], new TestAccount((await database.NewAccountsAsync(bob))[0], bob));
        var links = new LinkStore(database.Access);
        var link = Link(bob, leader, follower.Id);
        await links.CreateAsync(link);
        await Should.ThrowAsync<LinkExistsException>(links.CreateAsync(link with { Id = Guid.NewGuid() }));

        var stored = (await links.OfLeaderAsync(leader)).Single();
        (stored.Settings.Reverse, stored.Settings.EquityStop, stored.DecidedSeq).ShouldBe((true, new EquityStop(EquityStopType.Trailing, 100m), 5));
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await follower.DoAsync(writer, follower.Open());
        await follower.DoAsync(writer, follower.Copied(link.Id, 6));
        await follower.DoAsync(writer, follower.Copied(link.Id, 8));
        (await links.GetAsync(link.Id))!.DecidedSeq.ShouldBe(8);
        (stored.Begun, (await links.GetAsync(link.Id))!.Begun).ShouldBe((false, true));
        (await links.FindAsync(ann, link.Id)).ShouldBeNull();

        await links.SaveRiskAsync(link.Id, LinkRiskState.Empty with { StopReason = "EQUITY_STOP" });
        (await links.GetAsync(link.Id))!.Risk.StopReason.ShouldBe("EQUITY_STOP");
        (await links.UpdateAsync(link.Id, link.Settings with { Reverse = false }, "paused", 1, Now)).ShouldBeTrue();
        (await links.GetAsync(link.Id))!.ShouldSatisfyAllConditions(l => l.Status.ShouldBe("paused"), l => l.Settings.Reverse.ShouldBeFalse(), l => l.Version.ShouldBe(2));
        (await links.OfLeaderAsync(leader)).Single().Status.ShouldBe("paused");
        (await links.UpdateAsync(link.Id, link.Settings, "active", 1, Now)).ShouldBeFalse();
        (await links.EndingAsync(link.Id)).ShouldBeNull();
        await links.EndAsync(link.Id, closing: true, link.Settings with { CloseOnly = CloseOnlyMode.Immediately }, Now);
        (await links.EndingAsync(link.Id))!.Value.ShouldSatisfyAllConditions(e => e.Removed.ShouldBeFalse(), e => e.Settings.CloseOnly.ShouldBe(CloseOnlyMode.Immediately));
        (await links.OfLeaderAsync(leader)).Single().Status.ShouldBe("closing");
        await links.EndAsync(link.Id, closing: false, link.Settings, Now);
        (await links.GetAsync(link.Id))!.RemovedAt.ShouldBe(Now);
        (await links.EndingAsync(link.Id))!.Value.Removed.ShouldBeTrue();
        await links.EndAsync(link.Id, closing: true, link.Settings, Now);
        (await links.OfLeaderAsync(leader)).ShouldBeEmpty();
        (await links.OfFollowerAsync(follower.Id)).ShouldBeEmpty();
        await links.CreateAsync(link with { Id = Guid.NewGuid() });
        (await links.ListAsync(bob, new PageRequest())).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Executions_tell_what_was_done_and_where_the_time_went()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var (leader, follower) = ((await database.NewAccountsAsync(ann))[0], new TestAccount((await database.NewAccountsAsync(bob))[0], bob));
        var link = Link(bob, leader, follower.Id);
        await new LinkStore(database.Access).CreateAsync(link);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await follower.DoAsync(writer, follower.Open());
        await follower.DoAsync(writer, follower.Copied(link.Id, 6) with { Latencies = [new CopyLatency(link.Id, 6, TimeSpan.FromMilliseconds(2), null)] });
        await follower.DoAsync(writer, follower.Deposit() with { Latencies = [new CopyLatency(link.Id, 6, null, TimeSpan.FromMilliseconds(3))] });
        await follower.DoAsync(writer, follower.Copied(link.Id, 7));

        var executions = new CopyExecutionQueries(database.Access);
        var first = await executions.ListAsync(bob, link.Id, new PageRequest(1));
        first.Items.Single().LeaderSeq.ShouldBe(7);
        var second = (await executions.ListAsync(bob, link.Id, new PageRequest(1, first.Next))).Items.Single();
        (second.Outcome, second.LeaderTerminalUs, second.FollowerTerminalUs, second.OrderIds.Length).ShouldBe((CopyOutcome.Copied, 2_000, 3_000, 2));
        second.OursUs.ShouldBe((long)(second.DecidedAt - Now).TotalMicroseconds);
        (await executions.ListAsync(ann, link.Id, new PageRequest())).Items.ShouldBeEmpty();
        (await executions.FindAsync(link.Id, 9)).ShouldBeNull();
        await Should.ThrowAsync<InvalidCursorException>(() => executions.ListAsync(bob, link.Id, new PageRequest(1, "!!")));
    }

    [Fact]
    public async Task Published_leaders_are_there_for_everybody_and_withdrawn_ones_for_their_owner()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var account = (await database.NewAccountsAsync(ann))[0];
        var leaders = new LeaderStore(database.Access);
        var leader = new StoredLeader { AccountId = account, UserId = ann, Published = true, Name = "Ann trades", UpdatedAt = Now };
        await leaders.SaveAsync(leader);
        (await leaders.FindAsync(bob, account))!.Name.ShouldBe("Ann trades");
        (await leaders.LeadingAccountsAsync()).ShouldBe([account]);
        await leaders.SaveAsync(leader with { Published = false });
        (await leaders.FindAsync(bob, account)).ShouldBeNull();
        (await leaders.FindAsync(ann, account)).ShouldNotBeNull();
        (await leaders.LeadingAccountsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_leader_who_does_not_publish_any_more_leads_while_somebody_follows()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var (leader, follower) = ((await database.NewAccountsAsync(ann))[0], (await database.NewAccountsAsync(bob))[0]);
        var (leaders, links, accounts) = (new LeaderStore(database.Access), new LinkStore(database.Access), new AccountStore(database.Access, database.Vault));
        await leaders.SaveAsync(new StoredLeader { AccountId = leader, UserId = ann, Published = false, Name = "Ann", UpdatedAt = Now });
        var link = Link(bob, leader, follower);
        await links.CreateAsync(link);
        await LeadsAsync(true);
        await links.UpdateAsync(link.Id, link.Settings, "paused", 1, Now);
        await LeadsAsync(true);
        await links.EndAsync(link.Id, closing: true, link.Settings, Now);
        await LeadsAsync(true);
        await links.EndAsync(link.Id, closing: false, link.Settings, Now);
        await LeadsAsync(false);

        async Task LeadsAsync(bool leads)
        {
            (await leaders.LeadingAccountsAsync()).Contains(leader).ShouldBe(leads);
            (await accounts.SetupAsync(leader))!.IsLeading.ShouldBe(leads);
        }
    }

    [Fact]
    public async Task A_stop_is_told_once()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var links = new LinkStore(database.Access);
        var link = Link(bob, (await database.NewAccountsAsync(ann))[0], (await database.NewAccountsAsync(bob))[0]);
        await links.CreateAsync(link);
        var stop = LinkRiskState.Empty with { StopReason = "EQUITY_STOP", StopSequence = 1 };
        (await links.SaveStopAsync(link.Id, stop, "{}", Now)).ShouldBe(bob);
        (await links.SaveStopAsync(link.Id, stop, "{}", Now)).ShouldBeNull();
        await links.SaveRiskAsync(link.Id, stop.Reset());
        (await links.SaveStopAsync(link.Id, stop with { StopSequence = 2 }, "{}", Now)).ShouldBe(bob);
        (await links.GetAsync(link.Id))!.Risk.StopSequence.ShouldBe(2);
        (await new NotificationStore(database.Access).AfterAsync(bob, 0, 10)).Select(n => n.Kind).ShouldBe(["linkStopped", "linkStopped"]);
    }

    [Fact]
    public async Task What_many_links_remember_at_once_is_kept_of_each()
    {
        await using var database = await server.MigratedAsync();
        var ann = await database.NewUserAsync("ann");
        var leader = (await database.NewAccountsAsync(ann))[0];
        var links = new LinkStore(database.Access);
        var all = (await database.NewAccountsAsync(ann, 40)).Select(follower => Link(ann, leader, follower)).ToList();
        foreach (var link in all) await links.CreateAsync(link);

        // The first has three, of which the last counts; one of nobody's link disturbs no other.
        await Task.WhenAll([
            links.SaveRiskAsync(all[0].Id, LinkRiskState.Empty with { PeakProfit = 998m }), links.SaveRiskAsync(all[0].Id, LinkRiskState.Empty with { PeakProfit = 999m }),
            .. all.Select((link, i) => links.SaveRiskAsync(link.Id, LinkRiskState.Empty with { PeakProfit = i })), links.SaveRiskAsync(Guid.NewGuid(), LinkRiskState.Empty)]);
        var stored = (await links.OfLeaderAsync(leader)).ToDictionary(link => link.Id, link => link.Risk.PeakProfit);
        stored.ShouldBe(all.Select((link, i) => KeyValuePair.Create(link.Id, (decimal)i)), ignoreOrder: true);
    }

    [Fact]
    public async Task A_cursor_never_goes_back()
    {
        await using var database = await server.MigratedAsync();
        var (cursors, account) = (new CursorStore(database.Access), Guid.NewGuid());
        (await cursors.GetAsync("leader", account)).ShouldBe(0);
        await cursors.AdvanceAsync("leader", account, 7, Now);
        await cursors.AdvanceAsync("leader", account, 5, Now);
        (await cursors.GetAsync("leader", account)).ShouldBe(7);
        (await cursors.GetAsync("journal", account)).ShouldBe(0);
    }
}
