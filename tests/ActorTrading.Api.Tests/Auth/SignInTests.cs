using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Tests.Support;
using ActorTrading.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorTrading.Api.Tests.Auth;

[Collection(OnApiHost.Name)]
public class SignInTests(ApiHost host)
{
    [Fact]
    public async Task Registering_signs_in_and_the_login_may_be_name_or_mail_in_any_case()
    {
        var user = await host.RegisterAsync();
        var me = await (await user.Http.GetAsync("/api/v1/users/me")).JsonAsync();
        me.GetProperty("username").GetString().ShouldBe(user.Name);
        me.TryGetProperty("passwordHash", out _).ShouldBeFalse();
        foreach (var login in new[] { user.Name.ToUpperInvariant(), $"{user.Name}@EXAMPLE.com" })
            (await LoginAsync(login, TestUser.Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_answer_the_same()
    {
        var user = await host.RegisterAsync();
        var wrong = await (await LoginAsync(user.Name, "not the password")).ProblemAsync(401, "INVALID_CREDENTIALS");
        var unknown = await (await LoginAsync("nobody.at.all", "not the password")).ProblemAsync(401, "INVALID_CREDENTIALS");
        wrong.GetProperty("detail").GetString().ShouldBe(unknown.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Names_and_addresses_are_taken_once()
    {
        var user = await host.RegisterAsync();
        await (await host.Http.PostAsJsonAsync("/api/v1/auth/register", new { username = user.Name.ToUpperInvariant(), email = "a@b.c", password = TestUser.Password })).ProblemAsync(409, "USERNAME_TAKEN");
        await (await host.Http.PostAsJsonAsync("/api/v1/auth/register", new { username = "another" + user.Name[..8], email = $"{user.Name}@example.com", password = TestUser.Password })).ProblemAsync(409, "EMAIL_TAKEN");
    }

    [Fact]
    public async Task A_refresh_token_used_twice_ends_the_whole_session()
    {
        var user = await host.RegisterAsync();
        var second = (await (await RefreshAsync(user.RefreshToken)).JsonAsync()).GetProperty("refreshToken").GetString()!;
        second.ShouldNotBe(user.RefreshToken);
        await (await RefreshAsync(user.RefreshToken)).ProblemAsync(401, "REFRESH_TOKEN_REUSED");
        await (await RefreshAsync(second)).ProblemAsync(401, "INVALID_TOKEN");
    }

    [Fact]
    public async Task After_logout_the_refresh_token_is_void()
    {
        var user = await host.RegisterAsync();
        (await host.Http.PostAsJsonAsync("/api/v1/auth/logout", new { refreshToken = user.RefreshToken })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await RefreshAsync(user.RefreshToken)).ProblemAsync(401, "INVALID_TOKEN");
    }

    [Fact]
    public async Task The_OAuth_form_speaks_RFC_6749()
    {
        var user = await host.RegisterAsync();
        var good = await TokenAsync(new() { ["grant_type"] = "password", ["username"] = user.Name, ["password"] = TestUser.Password });
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = await good.JsonAsync();
        json.GetProperty("token_type").GetString().ShouldBe("Bearer");
        json.GetProperty("expires_in").GetInt32().ShouldBeGreaterThan(0);
        json.GetProperty("access_token").GetString()!.Split('.').Length.ShouldBe(3);
        var again = await TokenAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = json.GetProperty("refresh_token").GetString()! });
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var (form, error) in new (Dictionary<string, string>, string)[]
        {
            (new() { ["grant_type"] = "password", ["username"] = user.Name, ["password"] = "wrong" }, "invalid_grant"),
            (new() { ["grant_type"] = "password" }, "invalid_request"),
            (new() { ["grant_type"] = "client_credentials" }, "unsupported_grant_type"),
        })
        {
            var bad = await TokenAsync(form);
            bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await bad.JsonAsync()).GetProperty("error").GetString().ShouldBe(error);
        }
    }

    [Fact]
    public async Task A_password_reset_ends_every_session_and_its_link_works_once()
    {
        var user = await host.RegisterAsync();
        foreach (var email in new[] { $"{user.Name}@example.com", "nobody@example.com" })
            (await host.Http.PostAsJsonAsync("/api/v1/auth/password-reset", new { email })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var mails = await host.Services.GetRequiredService<IOutbox>().LeaseAsync("alert.email", 100, DateTimeOffset.UtcNow.AddSeconds(1), TimeSpan.FromMinutes(1));
        var mail = mails.Select(m => JsonSerializer.Deserialize<JsonElement>(m.Payload)).Single(m => m.GetProperty("userId").GetGuid() == user.Id);
        var token = System.Text.RegularExpressions.Regex.Match(mail.GetProperty("body").GetString()!, @"reset=(\S+)").Groups[1].Value;

        var confirm = new { token, password = "a new password" };
        (await host.Http.PostAsJsonAsync("/api/v1/auth/password-reset/confirm", confirm)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await host.Http.PostAsJsonAsync("/api/v1/auth/password-reset/confirm", confirm)).ProblemAsync(422, "INVALID_RESET_TOKEN");
        await (await user.Http.GetAsync("/api/v1/users/me")).ProblemAsync(401, "INVALID_TOKEN");
        await (await RefreshAsync(user.RefreshToken)).ProblemAsync(401, "INVALID_TOKEN");
        await (await LoginAsync(user.Name, TestUser.Password)).ProblemAsync(401, "INVALID_CREDENTIALS");
        (await LoginAsync(user.Name, "a new password")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_second_factor_a_password_alone_is_not_enough()
    {
        var user = await host.RegisterAsync();
        var begun = await (await user.Http.PostAsync("/api/v1/auth/mfa", null)).JsonAsync();
        begun.GetProperty("uri").GetString()!.ShouldStartWith("otpauth://totp/");
        var secret = Convert.FromBase64String((await host.Services.GetRequiredService<IUserStore>().MfaSecretAsync(user.Id))!);
        Totp.ToBase32(secret).ShouldBe(begun.GetProperty("secret").GetString());
        (await LoginAsync(user.Name, TestUser.Password)).StatusCode.ShouldBe(HttpStatusCode.OK, "not confirmed yet");

        var step = Totp.StepAt(DateTimeOffset.UtcNow);
        await (await user.Http.PostAsJsonAsync("/api/v1/auth/mfa/confirm", new { otp = "000000" == Totp.Code(secret, step) ? "000001" : "000000" })).ProblemAsync(401, "INVALID_OTP");
        (await user.Http.PostAsJsonAsync("/api/v1/auth/mfa/confirm", new { otp = Totp.Code(secret, step) })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await LoginAsync(user.Name, TestUser.Password)).ProblemAsync(401, "OTP_REQUIRED");
        await (await LoginAsync(user.Name, TestUser.Password, Totp.Code(secret, step))).ProblemAsync(401, "INVALID_OTP");
        (await LoginAsync(user.Name, TestUser.Password, Totp.Code(secret, step + 1))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_API_key_may_what_its_scopes_say_and_never_touch_security()
    {
        var user = await host.RegisterAsync();
        var made = await (await user.Http.PostAsJsonAsync("/api/v1/auth/api-keys", new { name = "bot", scopes = new[] { "read" } })).JsonAsync();
        var key = made.GetProperty("key").GetString()!;
        var listed = await (await user.Http.GetAsync("/api/v1/auth/api-keys")).JsonAsync();
        listed.GetProperty("items")[0].TryGetProperty("key", out _).ShouldBeFalse();
        key.ShouldStartWith(listed.GetProperty("items")[0].GetProperty("prefix").GetString()!);

        using var bot = new HttpClient { BaseAddress = host.Http.BaseAddress };
        bot.DefaultRequestHeaders.Add("X-Api-Key", key);
        (await bot.GetAsync("/api/v1/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await bot.PatchAsJsonAsync("/api/v1/users/me", new { name = "x" })).ProblemAsync(403, "FORBIDDEN");
        await (await bot.GetAsync("/api/v1/auth/api-keys")).ProblemAsync(403, "FORBIDDEN");

        (await user.Http.DeleteAsync($"/api/v1/auth/api-keys/{made.GetProperty("id").GetGuid()}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await bot.GetAsync("/api/v1/users/me")).ProblemAsync(401, "INVALID_TOKEN");
        await (await user.Http.DeleteAsync($"/api/v1/auth/api-keys/{Guid.NewGuid()}")).ProblemAsync(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Where_nobody_may_sign_in_no_password_is_right()
    {
        var user = await host.RegisterAsync();
        await host.Services.GetRequiredService<IUserStore>().SetPasswordAsync(user.Id, "!", DateTimeOffset.UtcNow);
        await (await LoginAsync(user.Name, TestUser.Password)).ProblemAsync(401, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task A_session_that_is_refreshed_while_the_password_changes_gets_nothing_that_holds()
    {
        var user = await host.RegisterAsync();
        var users = new ChangesPassword(host.Services.GetRequiredService<IUserStore>());
        using var gate = new UserGate(users.Inner, TimeProvider.System);
        var signIn = ActivatorUtilities.CreateInstance<SignIn>(host.Services, users, gate);
        var session = await signIn.RefreshAsync(user.RefreshToken, CancellationToken.None);
        var caller = host.Services.GetRequiredService<AccessTokens>().Read(session.AccessToken)!;
        (await gate.AdmitsAsync(caller.UserId, caller.SecurityVersion, CancellationToken.None)).ShouldBeFalse();
        await (await RefreshAsync(session.RefreshToken)).ProblemAsync(401, "INVALID_TOKEN");
    }

    /// <summary>The password changes between the trade of the refresh token and the look at its user.</summary>
    private sealed class ChangesPassword(IUserStore inner) : IUserStore
    {
        public IUserStore Inner => inner;

        public async Task<StoredUser?> FindAsync(Guid id, CancellationToken cancellation = default)
        {
            await inner.SetPasswordAsync(id, "another", DateTimeOffset.UtcNow, cancellation);
            return await inner.FindAsync(id, cancellation);
        }

        public Task CreateAsync(StoredUser user, CancellationToken cancellation = default) => inner.CreateAsync(user, cancellation);

        public Task<StoredUser?> FindByLoginAsync(string login, CancellationToken cancellation = default) => inner.FindByLoginAsync(login, cancellation);

        public Task<StoredUser?> UpdateProfileAsync(Guid id, ProfileChange change, DateTimeOffset at, CancellationToken cancellation = default) =>
            inner.UpdateProfileAsync(id, change, at, cancellation);

        public Task SetPasswordAsync(Guid id, string passwordHash, DateTimeOffset at, CancellationToken cancellation = default) =>
            inner.SetPasswordAsync(id, passwordHash, at, cancellation);

        public Task SetMfaAsync(Guid id, string? secret, bool enabled, DateTimeOffset at, CancellationToken cancellation = default) =>
            inner.SetMfaAsync(id, secret, enabled, at, cancellation);

        public Task<string?> MfaSecretAsync(Guid id, CancellationToken cancellation = default) => inner.MfaSecretAsync(id, cancellation);

        public Task<bool> UseMfaStepAsync(Guid id, long step, CancellationToken cancellation = default) => inner.UseMfaStepAsync(id, step, cancellation);
    }

    [Fact]
    public async Task Secrets_are_stored_as_hashes_only()
    {
        var user = await host.RegisterAsync();
        var stored = await host.Services.GetRequiredService<IUserStore>().FindAsync(user.Id);
        stored!.PasswordHash.ShouldNotContain(TestUser.Password);
        Convert.FromBase64String(stored.PasswordHash)[0].ShouldBe((byte)1, "the framework's PBKDF2 format");
    }

    [Fact]
    public async Task Too_many_tries_are_told_when_to_come_back()
    {
        await using var strict = await host.StartAnotherAsync(new()
        {
            ["Limits:SignIn:Burst"] = "3",
            ["Limits:SignIn:PerSecond"] = "0.1",
            ["Limits:Requests:Burst"] = "2",
            ["Limits:Requests:PerSecond"] = "0.1",
        });
        using var http = ApiHost.ClientOf(strict);
        var user = await host.RegisterAsync(http);
        for (var i = 0; i < 2; i++)
            (await http.PostAsJsonAsync("/api/v1/auth/login", new { login = "x", password = "y" })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var stopped = await http.PostAsJsonAsync("/api/v1/auth/login", new { login = "x", password = "y" });
        await stopped.ProblemAsync(429, "TOO_MANY_REQUESTS");
        stopped.Headers.RetryAfter!.Delta!.Value.ShouldBe(TimeSpan.FromSeconds(10));
        stopped.Headers.GetValues("RateLimit-Remaining").Single().ShouldBe("0");
        (await user.Http.GetAsync("/api/v1/users/me")).Headers.GetValues("RateLimit-Remaining").Single().ShouldBe("1");
        await user.Http.GetAsync("/api/v1/users/me");
        await (await user.Http.GetAsync("/api/v1/users/me")).ProblemAsync(429, "TOO_MANY_REQUESTS");
        (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> LoginAsync(string login, string password, string? otp = null) =>
        host.Http.PostAsJsonAsync("/api/v1/auth/login", new { login, password, otp });

    private Task<HttpResponseMessage> RefreshAsync(string refreshToken) => host.Http.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken });

    private Task<HttpResponseMessage> TokenAsync(Dictionary<string, string> form) => host.Http.PostAsync("/api/v1/auth/token", new FormUrlEncodedContent(form));
}
