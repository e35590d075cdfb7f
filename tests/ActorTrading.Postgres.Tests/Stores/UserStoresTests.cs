namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class UserStoresTests(Server server)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static StoredUser User(string name, string? email = null) => new()
    {
        Id = Guid.NewGuid(),
        Username = name,
        Email = email ?? $"{name}@example.com",
        PasswordHash = "hash",
        CreatedAt = Now,
    };

    [Fact]
    public async Task A_user_is_found_by_name_and_mail_in_any_case_and_names_are_taken_once()
    {
        await using var database = await server.MigratedAsync();
        var store = new UserStore(database.Access, database.Vault);
        var ann = User("Ann");
        await store.CreateAsync(ann);

        (await store.FindByLoginAsync("aNN"))!.Id.ShouldBe(ann.Id);
        (await store.FindByLoginAsync("ANN@example.com"))!.CreatedAt.ShouldBe(Now);
        (await store.FindByLoginAsync("nobody")).ShouldBeNull();
        (await Should.ThrowAsync<TakenException>(store.CreateAsync(User("ann", "x@example.com")))).Field.ShouldBe("username");
        (await Should.ThrowAsync<TakenException>(store.CreateAsync(User("bob", "ann@EXAMPLE.com")))).Field.ShouldBe("email");

        var changed = await store.UpdateProfileAsync(ann.Id, new(true, "Ann B.", """{"a": 1}"""), Now.AddHours(1));
        changed!.Name.ShouldBe("Ann B.");
        (await store.UpdateProfileAsync(ann.Id, new(false, null, null), Now.AddHours(2)))!.Preferences.ShouldBe("""{"a": 1}""");
        (await store.UpdateProfileAsync(ann.Id, new(true, null, null), Now.AddHours(2)))!.Name.ShouldBeNull();
    }

    [Fact]
    public async Task A_second_factor_is_stored_encrypted_and_a_new_password_ends_sessions()
    {
        await using var database = await server.MigratedAsync();
        var (store, tokens) = (new UserStore(database.Access, database.Vault), new RefreshTokenStore(database.Access));
        var ann = User("ann");
        await store.CreateAsync(ann);
        await store.SetMfaAsync(ann.Id, "JBSWY3DP", enabled: true, Now);
        (await store.MfaSecretAsync(ann.Id)).ShouldBe("JBSWY3DP");
        (await database.CountAsync("users WHERE position('JBSWY3DP'::bytea in mfa_secret) > 0")).ShouldBe(0);

        await tokens.StartFamilyAsync(Guid.NewGuid(), ann.Id, ann.SecurityVersion, [1], Now, Now.AddDays(30), "browser");
        await store.SetPasswordAsync(ann.Id, "other", Now);
        (await store.FindAsync(ann.Id))!.SecurityVersion.ShouldBe(2);
        (await tokens.RotateAsync([1], [2], Now, Now.AddDays(30))).Outcome.ShouldBe(RotationOutcome.Revoked);
    }

    [Fact]
    public async Task A_login_with_the_old_password_that_is_under_way_leaves_no_session_behind_the_new_one()
    {
        await using var database = await server.MigratedAsync();
        var (store, tokens) = (new UserStore(database.Access, database.Vault), new RefreshTokenStore(database.Access));
        var ann = User("ann");
        await store.CreateAsync(ann);
        for (var version = ann.SecurityVersion; version < 20; version++)
            await Task.WhenAll(tokens.StartFamilyAsync(Guid.NewGuid(), ann.Id, version, [(byte)version], Now, Now.AddDays(30), null), store.SetPasswordAsync(ann.Id, "other", Now));
        (await database.CountAsync("refresh_token_families WHERE revoked_at IS NULL")).ShouldBe(0);
        (await tokens.StartFamilyAsync(Guid.NewGuid(), ann.Id, 19, [99], Now, Now.AddDays(30), null)).ShouldBeFalse();
        (await tokens.StartFamilyAsync(Guid.NewGuid(), ann.Id, 20, [99], Now, Now.AddDays(30), null)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_refresh_token_used_twice_ends_its_family()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var tokens = new RefreshTokenStore(database.Access);
        await tokens.StartFamilyAsync(Guid.NewGuid(), user, 1, [1], Now, Now.AddDays(1), null);

        (await tokens.RotateAsync([9], [8], Now, Now.AddDays(1))).Outcome.ShouldBe(RotationOutcome.Unknown);
        var first = await tokens.RotateAsync([1], [2], Now, Now.AddDays(1));
        first.ShouldBe(new Rotation(RotationOutcome.Rotated, user, first.FamilyId, SecurityVersion: 1));
        (await tokens.RotateAsync([2], [3], Now.AddDays(2), Now.AddDays(3))).Outcome.ShouldBe(RotationOutcome.Expired);
        (await tokens.RotateAsync([1], [4], Now, Now.AddDays(1))).Outcome.ShouldBe(RotationOutcome.Reused);
        (await tokens.RotateAsync([2], [5], Now, Now.AddDays(1))).Outcome.ShouldBe(RotationOutcome.Revoked);
        (await tokens.DeleteExpiredAsync(Now.AddDays(10), 100)).ShouldBe(2);
        (await database.CountAsync("refresh_token_families")).ShouldBe(0);
    }

    [Fact]
    public async Task Of_two_refreshes_at_once_one_is_a_reuse()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var tokens = new RefreshTokenStore(database.Access);
        await tokens.StartFamilyAsync(Guid.NewGuid(), user, 1, [1], Now, Now.AddDays(1), null);

        var outcomes = await Task.WhenAll(Enumerable.Range(2, 6).Select(next => tokens.RotateAsync([1], [(byte)next], Now, Now.AddDays(1))));
        outcomes.Count(rotation => rotation.Outcome == RotationOutcome.Rotated).ShouldBe(1);
        outcomes.ShouldContain(rotation => rotation.Outcome == RotationOutcome.Reused);
    }

    [Fact]
    public async Task A_reset_token_works_once_and_in_time()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var resets = new PasswordResetStore(database.Access);
        await resets.CreateAsync([1], user, Now, Now.AddHours(1));
        await resets.CreateAsync([2], user, Now, Now.AddHours(1));

        (await resets.RedeemAsync([1], "new", Now)).ShouldBeNull();
        (await resets.RedeemAsync([2], "new", Now.AddHours(1))).ShouldBeNull();
        (await resets.RedeemAsync([2], "new", Now)).ShouldBe(user);
        (await resets.RedeemAsync([2], "newer", Now)).ShouldBeNull();
        var reset = (await new UserStore(database.Access, database.Vault).FindAsync(user))!;
        (reset.PasswordHash, reset.SecurityVersion).ShouldBe(("new", 2));
    }

    [Fact]
    public async Task A_reset_that_could_not_set_the_password_leaves_its_token_good()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var resets = new PasswordResetStore(database.Access);
        await resets.CreateAsync([1], user, Now, Now.AddHours(1));
        await database.SqlAsync("ALTER TABLE users ADD CONSTRAINT unchanged CHECK (security_version < 2)");
        await Should.ThrowAsync<Npgsql.PostgresException>(resets.RedeemAsync([1], "new", Now));
        await database.SqlAsync("ALTER TABLE users DROP CONSTRAINT unchanged");
        (await resets.RedeemAsync([1], "new", Now)).ShouldBe(user);
    }

    [Fact]
    public async Task Of_several_who_give_one_code_at_once_one_is_let_in()
    {
        await using var database = await server.MigratedAsync();
        var users = new UserStore(database.Access, database.Vault);
        var user = await database.NewUserAsync("ann");
        await users.SetMfaAsync(user, "JBSWY3DP", enabled: true, Now);

        var let = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => users.UseMfaStepAsync(user, 100)));
        let.Count(each => each).ShouldBe(1);
        (await users.UseMfaStepAsync(user, 99)).ShouldBeFalse("it is older than one that was used");
        (await users.UseMfaStepAsync(user, 101)).ShouldBeTrue();

        await users.SetMfaAsync(user, null, enabled: false, Now);
        (await users.UseMfaStepAsync(user, 101)).ShouldBeTrue("another secret has other codes");
    }

    [Fact]
    public async Task A_new_password_voids_a_reset_token_that_was_sent_before()
    {
        await using var database = await server.MigratedAsync();
        var user = await database.NewUserAsync("ann");
        var resets = new PasswordResetStore(database.Access);
        await resets.CreateAsync([1], user, Now, Now.AddHours(1));
        await new UserStore(database.Access, database.Vault).SetPasswordAsync(user, "other", Now);
        (await resets.RedeemAsync([1], "newer", Now)).ShouldBeNull();
    }

    [Fact]
    public async Task An_api_key_is_the_users_own_and_ends_when_revoked_or_expired()
    {
        await using var database = await server.MigratedAsync();
        var (ann, bob) = (await database.NewUserAsync("ann"), await database.NewUserAsync("bob"));
        var keys = new ApiKeyStore(database.Access);
        var key = new StoredApiKey { Id = Guid.NewGuid(), UserId = ann, Name = "bot", Prefix = "at_abc", Scopes = ["read", "trade"], CreatedAt = Now, ExpiresAt = Now.AddDays(1) };
        await keys.CreateAsync(key, [7]);

        var used = await keys.UseAsync([7], Now);
        used!.Scopes.ShouldBe(["read", "trade"]);
        (await keys.ListAsync(ann)).Single().LastUsedAt.ShouldBe(Now);
        (await keys.ListAsync(bob)).ShouldBeEmpty();
        (await keys.UseAsync([7], Now.AddDays(1))).ShouldBeNull();
        (await keys.RevokeAsync(bob, key.Id, Now)).ShouldBeFalse();
        (await keys.RevokeAsync(ann, key.Id, Now)).ShouldBeTrue();
        (await keys.UseAsync([7], Now)).ShouldBeNull();
    }

    [Fact]
    public async Task An_idempotency_key_replays_its_first_answer_and_refuses_another_body()
    {
        await using var database = await server.MigratedAsync();
        var user = Guid.NewGuid();
        var keys = new IdempotencyStore(database.Access);
        Task<IdempotencyClaim> Begin(byte body, DateTimeOffset at) => keys.BeginAsync(user, "k", [body], at, TimeSpan.FromMinutes(1));

        (await Begin(1, Now)).Outcome.ShouldBe(IdempotencyOutcome.Claimed);
        (await Begin(1, Now)).Outcome.ShouldBe(IdempotencyOutcome.InProgress);
        (await Begin(2, Now)).Outcome.ShouldBe(IdempotencyOutcome.Reused);
        // Whoever had claimed it died.
        (await Begin(1, Now.AddMinutes(1))).Outcome.ShouldBe(IdempotencyOutcome.Claimed);
        await keys.CompleteAsync(new IdempotentAnswer(user, "k", [1], 201, [42]), Now);
        await keys.CompleteAsync(new IdempotentAnswer(user, "k", [1], 500, [43]), Now);
        var replay = await Begin(1, Now);
        (replay.Outcome, replay.Status).ShouldBe((IdempotencyOutcome.Replay, 201));
        replay.Response.ShouldBe([42]);
        (await Begin(2, Now)).Outcome.ShouldBe(IdempotencyOutcome.Reused);
        await keys.ReleaseAsync(user, "k");
        (await Begin(1, Now)).Outcome.ShouldBe(IdempotencyOutcome.Replay);
        (await keys.BeginAsync(Guid.NewGuid(), "k", [9], Now, TimeSpan.FromMinutes(1))).Outcome.ShouldBe(IdempotencyOutcome.Claimed);
        (await keys.DeleteOlderAsync(Now.AddDays(1), 10)).ShouldBe(2);
    }

    [Fact]
    public async Task Of_many_requests_with_one_key_one_does_the_work()
    {
        await using var database = await server.MigratedAsync();
        var (user, keys) = (Guid.NewGuid(), new IdempotencyStore(database.Access));
        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => keys.BeginAsync(user, "k", [1], Now, TimeSpan.FromMinutes(1))));
        claims.Count(claim => claim.Outcome == IdempotencyOutcome.Claimed).ShouldBe(1);
        claims.Count(claim => claim.Outcome == IdempotencyOutcome.InProgress).ShouldBe(11);
    }
}
