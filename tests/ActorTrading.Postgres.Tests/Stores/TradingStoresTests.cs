using ActorTrading.Domain;
using ActorTrading.Postgres.Tests.Ledger;
using Npgsql;

namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class TradingStoresTests(Server server)
{
    private static readonly DateTimeOffset Now = TestAccount.Start;

    private static StoredAccount Account(Guid user, AccountKind kind = AccountKind.Paper) => new()
    {
        Id = Guid.NewGuid(),
        UserId = user,
        Name = "Main",
        Kind = kind,
        Mode = PositionMode.Netting,
        Currency = "EUR",
        Leverage = 30,
        TerminalHost = kind == AccountKind.Mt5 ? "127.0.0.1" : null,
        TerminalPort = kind == AccountKind.Mt5 ? 15555 : null,
        TerminalTimeZone = kind == AccountKind.Mt5 ? "Europe/Athens" : null,
        CreatedAt = Now,
    };

    [Fact]
    public async Task An_account_keeps_its_password_encrypted_and_bound_to_its_row()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var accounts = new AccountStore(database.Access, database.Vault);
        var (one, other) = (Account(user, AccountKind.Mt5), Account(user));
        await accounts.CreateAsync(one, "s3cret");
        await accounts.CreateAsync(other, null);

        (await accounts.BrokerPasswordAsync(one.Id)).ShouldBe("s3cret");
        (await accounts.BrokerPasswordAsync(other.Id)).ShouldBeNull();
        (await accounts.GetAsync(one.Id)).ShouldBe(one with { HasSecret = true });
        await database.SqlAsync($"UPDATE accounts SET broker_secret = (SELECT broker_secret FROM accounts WHERE id = '{one.Id}') WHERE id = '{other.Id}'");
        await Should.ThrowAsync<SecretUnreadableException>(accounts.BrokerPasswordAsync(other.Id));

        (await accounts.AtTerminalsAsync()).ShouldBe([one.Id]);
        (await accounts.SetupAsync(one.Id)).ShouldBe(new AccountSetup(false, "127.0.0.1", 15555, "", 0, "Europe/Athens"));
        (await accounts.SetupAsync(other.Id)).ShouldBe(new AccountSetup(false, null, null, "", 0));
        (await accounts.SetupAsync(Guid.NewGuid())).ShouldBeNull();
        await database.SqlAsync($$"""INSERT INTO terminals (id, name, host, port, settings, enabled, created_at, updated_at) VALUES ('{{one.Id}}', 'a', 'h', 1, '{"feedSymbols":"EURUSD,GBPUSD","feedRank":3}', true, now(), now())""");
        (await accounts.SetupAsync(one.Id)).ShouldBe(new AccountSetup(false, "127.0.0.1", 15555, "EURUSD,GBPUSD", 3, "Europe/Athens"));
        (await accounts.CloseAsync(one.Id, Now)).ShouldBeTrue();
        (await accounts.CloseAsync(one.Id, Now)).ShouldBeFalse();
        (await accounts.AtTerminalsAsync()).ShouldBeEmpty();
        (await accounts.BrokerPasswordAsync(one.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_users_rows_are_not_there_for_another_user()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var account = new TestAccount((await database.NewAccountsAsync(ann))[0], ann);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        await account.DoAsync(writer, account.Buy());
        var id = account.State.Positions.Keys.Single();

        var (accounts, orders) = (new AccountStore(database.Access, database.Vault), new OrderQueries(database.Access));
        var (positions, trades, reader) = (new PositionQueries(database.Access), new TradeQueries(database.Access), new LedgerReader(database.Access));
        (await accounts.FindAsync(ann, account.Id))!.Balance.ShouldBe(account.State.Balance);
        (await accounts.FindAsync(bob, account.Id)).ShouldBeNull();
        (await orders.FindAsync(ann, id))!.Row.AveragePrice.ShouldBe(1.10005m);
        (await orders.FindAsync(bob, id)).ShouldBeNull();
        (await orders.ListAsync(bob, new OrderFilter(account.Id), new PageRequest())).Items.ShouldBeEmpty();
        (await positions.FindAsync(ann, id)).ShouldNotBeNull();
        (await positions.FindAsync(bob, id)).ShouldBeNull();
        (await trades.FindAsync(ann, id)).ShouldNotBeNull();
        (await trades.FindAsync(bob, id)).ShouldBeNull();
        (await reader.ReadAsUserAsync(ann, account.Id, 0)).Count.ShouldBe(4);
        (await reader.ReadAsUserAsync(bob, account.Id, 0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Row_level_security_holds_for_any_statement_of_a_request_and_leaves_nothing_behind()
    {
        await using var database = await server.MigratedAsync(options => options.MaxConnections = 1);
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        await database.NewAccountsAsync(ann, 3);
        async Task<long> Count(NpgsqlConnection connection, string from)
        {
            await using var query = new NpgsqlCommand($"SELECT count(*) FROM {from}", connection);
            return (long)(await query.ExecuteScalarAsync())!;
        }

        (await database.Access.AsUserAsync(ann, connection => Count(connection, "accounts"))).ShouldBe(3);
        (await database.Access.AsUserAsync(bob, connection => Count(connection, "accounts"))).ShouldBe(0);
        (await database.Access.AsUserAsync(bob, connection => Count(connection, "users"))).ShouldBe(1);
        foreach (var forbidden in (string[])["refresh_tokens", "password_resets", "outbox", "broker_cursors"])
            (await Should.ThrowAsync<PostgresException>(database.Access.AsUserAsync(bob, connection => Count(connection, forbidden)))).SqlState.ShouldBe("42501");
        await Should.ThrowAsync<PostgresException>(database.Access.AsUserAsync(bob, async connection =>
        {
            await using var theft = new NpgsqlCommand($"UPDATE accounts SET user_id = '{bob}'", connection);
            return await theft.ExecuteNonQueryAsync();
        }));
        // The same pooled connection afterwards, in the system's role again.
        (await database.Access.UseAsync(connection => Count(connection, "accounts"))).ShouldBe(3);
        (await database.Access.UseAsync(connection => Count(connection, "accounts WHERE user_id = app_user_id()"))).ShouldBe(0);
        // History is not rewritten, not even by the system.
        foreach (var change in (string[])["DELETE FROM ledger_appends", "UPDATE ledger_appends SET at = now()"])
        {
            (await Should.ThrowAsync<PostgresException>(database.Access.UseAsync(async connection =>
            {
                await using var rewrite = new NpgsqlCommand(change, connection);
                return await rewrite.ExecuteNonQueryAsync();
            }))).SqlState.ShouldBe("42501", change);
        }
    }

    [Fact]
    public async Task Every_column_of_an_order_a_position_and_a_trade_comes_back_as_it_was()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        var copy = new CopyOrigin(Guid.NewGuid(), Guid.NewGuid(), 12, Guid.NewGuid(), Guid.NewGuid());
        var order = new Order
        {
            Id = Guid.NewGuid(),
            ClientOrderId = "full",
            Symbol = "EURUSD",
            Side = Side.Sell,
            Type = OrderType.StopLimit,
            Volume = 0.30m,
            FilledVolume = 0.10m,
            Price = 1.23450m,
            StopLimitPrice = 1.23400m,
            StopLoss = 1.30m,
            TakeProfit = 1.20m,
            TrailingPoints = 150,
            DeviationPoints = 20,
            FillPolicy = FillPolicy.Return,
            TimeInForce = TimeInForce.SpecifiedDay,
            ExpiresAt = Now.AddDays(1),
            Comment = "ünïcode",
            ClosesPositionId = Guid.NewGuid(),
            CloseByPositionId = Guid.NewGuid(),
            Reason = DealReason.Copy,
            Copy = copy,
            Status = OrderStatus.PartiallyFilled,
            Retcode = Retcode.DonePartial,
            RejectMessage = "why",
            AveragePrice = 1.23401m,
            BrokerTicket = 123456789012,
            StopTouched = true,
            CreatedAt = Now,
            UpdatedAt = Now.AddMilliseconds(1),
        };
        var position = new Position
        {
            Id = order.Id,
            Symbol = "EURUSD",
            Side = Side.Sell,
            Volume = 0.10m,
            OpenPrice = 1.23401m,
            StopLoss = 1.3m,
            TakeProfit = 1.2m,
            TrailingPoints = 150,
            Swap = -0.12m,
            Commission = -0.35m,
            OpenedAt = Now,
            BrokerTicket = 99,
            Copy = copy,
            Comment = "c",
            PeakVolume = 0.20m,
        };
        var trade = new Trade
        {
            Id = order.Id,
            Symbol = "EURUSD",
            Side = Side.Sell,
            Volume = 0.20m,
            ClosedVolume = 0.10m,
            OpenPrice = 1.23401m,
            ClosePrice = 1.2m,
            OpenedAt = Now,
            ClosedAt = Now.AddDays(2),
            Profit = 340.1m,
            Commission = -0.7m,
            Swap = -0.12m,
            InitialStopLoss = 1.3m,
            CloseReason = DealReason.TrailingStop,
            Copy = copy,
            Comment = "t",
        };
        var append = account.Deposit();
        await account.DoAsync(writer, append with { Changes = append.Changes with { Orders = [order], Positions = [position], Trades = [trade] } });

        (await new OrderQueries(database.Access).FindAsync(user, order.Id))!.Row.ShouldBe(order);
        (await new OrderQueries(database.Access).ByClientOrderIdAsync(account.Id, "full")).ShouldBe(order);
        (await new OrderQueries(database.Access).ByClientOrderIdAsync(account.Id, ClientOrderIds.ForOrder(order.Id))).ShouldBeNull();
        (await new PositionQueries(database.Access).FindAsync(user, order.Id))!.Row.ShouldBe(position);
        (await new TradeQueries(database.Access).FindAsync(user, order.Id))!.Row.ShouldBe(trade);
        (await new AccountStore(database.Access, database.Vault).HoldersAsync("EURUSD")).ShouldBe([account.Id]);
        (await new AccountStore(database.Access, database.Vault).HoldersAsync("GBPUSD")).ShouldBe([account.Id], "it may convert the account's margin");
        (await new AccountStore(database.Access, database.Vault).HoldersAsync("GBPJPY")).ShouldBeEmpty();
        var moved = append.Entries[^1].At;
        (await new AccountStore(database.Access, database.Vault).MovedAsync(moved)).ShouldBe([account.Id]);
        (await new AccountStore(database.Access, database.Vault).MovedAsync(moved.AddMilliseconds(1))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_of_a_list_join_without_a_gap_or_a_double_also_where_times_are_equal()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        for (var i = 0; i < 11; i++) await account.DoAsync(writer, account.Buy());

        var orders = new OrderQueries(database.Access);
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await orders.ListAsync(user, new OrderFilter(Symbol: "EURUSD", Status: OrderStatus.Filled), new PageRequest(4, cursor));
            seen.AddRange(page.Items.Select(order => order.Row.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        seen.Count.ShouldBe(11);
        seen.Distinct().Count().ShouldBe(11);
        (await orders.ListAsync(user, new OrderFilter(Unfinished: true), new PageRequest())).Items.ShouldBeEmpty();
        (await new TradeQueries(database.Access).ListAsync(user, new TradeFilter(Closed: false, From: Now, To: Now.AddSeconds(1)), new PageRequest())).Items.Count.ShouldBe(11);
        foreach (var nonsense in (string[])["nonsense", "!", "", new string('A', 65), "ÄÖÜ", new string('_', 32)])
            await Should.ThrowAsync<InvalidCursorException>(() => orders.ListAsync(user, new OrderFilter(), new PageRequest(4, nonsense)));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => orders.ListAsync(user, new OrderFilter(), new PageRequest(501)));
    }

    [Fact]
    public async Task A_trade_is_listed_once_from_its_opening_to_its_close_also_one_that_an_earlier_version_wrote_at_once()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = new TestAccount((await database.NewAccountsAsync(user))[0], user);
        await using var writer = new LedgerWriter(database.Options, TimeProvider.System);
        await account.DoAsync(writer, account.Open());
        var trades = new TradeQueries(database.Access);
        async Task Lists()
        {
            var open = account.State.OpenTrades.Values.ToList();
            (await trades.ListAsync(user, new TradeFilter(Closed: false), new PageRequest())).Items.Select(t => t.Row).ShouldBe(open, ignoreOrder: true);
            (await trades.ListAsync(user, new TradeFilter(account.Id, "EURUSD"), new PageRequest())).Items.Count.ShouldBe(3);
            (await trades.ListAsync(user, new TradeFilter(account.Id, Closed: true), new PageRequest())).Items.Count.ShouldBe(3 - open.Count);
            foreach (var trade in open) (await trades.FindAsync(user, trade.Id))!.Row.ShouldBe(trade);
        }

        for (var i = 0; i < 3; i++) await account.DoAsync(writer, account.Buy());
        await Lists();
        var ids = account.State.Positions.Keys.ToList();
        foreach (var id in ids.Take(2))
        {
            await account.DoAsync(writer, account.Next(
                new PositionModified(id, 1.095m, 1.13m, null, DealReason.Client), new SwapCharged(id, -0.2m, new DateOnly(2026, 1, 5))));
        }
        await Lists();

        // As the version before left it: a row from the opening on.
        await database.SqlAsync($"INSERT INTO trades (account_id, id, symbol, side, volume, closed_volume, open_price, opened_at, profit, commission, swap, initial_stop_loss) SELECT account_id, id, symbol, side, volume, 0, open_price, opened_at, 0, commission, 0, initial_stop_loss FROM positions WHERE id = '{ids[0]}'");
        await Lists();
        await account.DoAsync(writer, account.Reduce(ids[0], 0.04m));
        await account.DoAsync(writer, account.Reduce(ids[1], 0.04m));
        await Lists();
        await account.DoAsync(writer, account.CloseAll());
        await Lists();
        (await database.CountAsync("trades WHERE closed_at IS NOT NULL AND volume = 0.10 AND closed_volume = 0.10 AND initial_stop_loss = 1.09")).ShouldBe(3);
    }

    [Fact]
    public async Task A_broker_cursor_never_goes_back()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var account = (await database.NewAccountsAsync(user))[0];
        var accounts = new AccountStore(database.Access, database.Vault);
        (await accounts.BrokerCursorAsync(account)).ShouldBeNull();
        await accounts.AdvanceBrokerCursorAsync(account, new BrokerCursor(10, Now), Now);
        await accounts.AdvanceBrokerCursorAsync(account, new BrokerCursor(9, Now.AddDays(1)), Now);
        (await accounts.BrokerCursorAsync(account)).ShouldBe(new BrokerCursor(10, Now));
    }
}
