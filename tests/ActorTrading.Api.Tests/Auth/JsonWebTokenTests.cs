using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorTrading.Api.Auth;
using ActorTrading.Api.Auth.Tokens;
using ActorTrading.Api.Tests.Support;

namespace ActorTrading.Api.Tests.Auth;

public class JsonWebTokenTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
    private readonly ManualClock _clock = new();
    private readonly AuthOptions _options = new();

    /// <summary>RFC 7515, A.1: the key, the signing input and the signature given there.</summary>
    [Fact]
    public void HS256_is_as_in_RFC_7515_A_1()
    {
        var key = new HmacKey("a1", Base64("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
        var input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"u8;
        var signature = Base64("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        key.Sign(input).ShouldBe(signature);
        key.Verify(input, signature).ShouldBeTrue();
        signature[3] ^= 1;
        key.Verify(input, signature).ShouldBeFalse();
    }

    /// <summary>RFC 7515, A.3.</summary>
    [Fact]
    public void ES256_is_as_in_RFC_7515_A_3()
    {
        using var ec = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Base64("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), Y = Base64("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0") },
            D = Base64("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"),
        });
        using var key = new EcdsaKey("a3", ec);
        var input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"u8;
        key.Verify(input, Base64("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")).ShouldBeTrue();
        key.Verify(input, key.Sign(input)).ShouldBeTrue();
        key.Verify("other"u8, key.Sign(input)).ShouldBeFalse();
    }

    /// <summary>Node's crypto, which shares no code with ours, makes a token that we take, and takes one of ours.</summary>
    [Fact]
    public void An_independent_implementation_agrees()
    {
        const string script = """
            const { createHmac } = require('crypto');
            const [secret, ours, exp] = process.argv.slice(1);
            const sign = text => createHmac('sha256', secret).update(text).digest('base64url');
            const [h, c, s] = ours.split('.');
            const claims = JSON.parse(Buffer.from(c, 'base64url'));
            if (sign(`${h}.${c}`) !== s || claims.name !== 'ann' || claims.iss !== 'actortrading') throw new Error('not ours');
            const part = o => Buffer.from(JSON.stringify(o)).toString('base64url');
            const text = part({ typ: 'JWT', alg: 'HS256', kid: 'k' }) + '.' + part({ ...claims, name: 'node', exp: Number(exp) });
            process.stdout.write(`${text}.${sign(text)}`);
            """;
        var tokens = Tokens();
        var user = Guid.NewGuid();
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true, ArgumentList = { "-e", script, "--", Encoding.ASCII.GetString(Secret), tokens.Issue(user, "ann", 3, ["read"]), $"{_clock.GetUtcNow().ToUnixTimeSeconds() + 60}" } };
        Process node;
        try
        {
            node = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return; // no Node here; the RFC's vectors still hold
        }
        using (node)
        {
            var caller = tokens.Read(node.StandardOutput.ReadToEnd());
            node.WaitForExit();
            node.ExitCode.ShouldBe(0);
            caller.ShouldNotBeNull();
            (caller.UserId, caller.Name, caller.SecurityVersion).ShouldBe((user, "node", 3));
        }
    }

    [Fact]
    public void A_token_holds_until_it_expires()
    {
        var tokens = Tokens();
        var user = Guid.NewGuid();
        var token = tokens.Issue(user, "ann", 7, ["read", "trade"]);
        var caller = tokens.Read(token);
        caller.ShouldNotBeNull();
        (caller.UserId, caller.Name, caller.SecurityVersion).ShouldBe((user, "ann", 7));
        caller.Scopes.ShouldBe(["read", "trade"]);
        _clock.Advance(_options.AccessTokenLifetime + _options.ClockSkew - TimeSpan.FromSeconds(1));
        tokens.Read(token).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(1));
        tokens.Read(token).ShouldBeNull();
    }

    [Fact]
    public void After_a_key_change_old_tokens_hold_and_new_ones_name_the_new_key()
    {
        var old = Tokens().Issue(Guid.NewGuid(), "ann", 1, []);
        var other = new HmacKey("new", SHA256.HashData(Secret));
        var both = new AccessTokens(new KeyRing([other, new HmacKey("k", Secret)]), _options, _clock);
        both.Read(old).ShouldNotBeNull();
        Tokens().Read(both.Issue(Guid.NewGuid(), "ann", 1, [])).ShouldBeNull();
    }

    public static TheoryData<string, string, string> Forged => new()
    {
        { "alg none", """{"alg":"none","kid":"k"}""", "" },
        { "no alg", """{"kid":"k"}""", "" },
        { "another algorithm", """{"alg":"HS512","kid":"k"}""", "" },
        { "the key's algorithm confused", """{"alg":"ES256","kid":"k"}""", "" },
        { "no kid", """{"alg":"HS256"}""", "" },
        { "unknown kid", """{"alg":"HS256","kid":"q"}""", "" },
        { "critical extension", """{"alg":"HS256","kid":"k","crit":["exp"]}""", "" },
        { "another type", """{"alg":"HS256","kid":"k","typ":"JWE"}""", "" },
        { "alg twice", """{"alg":"none","alg":"HS256","kid":"k"}""", "" },
        { "expired", "", """{"exp":1}""" },
        { "no expiry", "", """{"exp":null}""" },
        { "expiry as text", "", """{"exp":"99999999999"}""" },
        { "absurd expiry", "", """{"exp":1e300}""" },
        { "not yet", "", """{"nbf":99999999999}""" },
        { "nbf as text", "", """{"nbf":"1"}""" },
        { "another issuer", "", """{"iss":"evil"}""" },
        { "another audience", "", """{"aud":"evil"}""" },
        { "no audience", "", """{"aud":null}""" },
        { "no user", "", """{"sub":"root"}""" },
    };

    [Theory, MemberData(nameof(Forged))]
    public void A_well_signed_token_with_the_wrong_content_is_refused(string what, string header, string claims)
    {
        var good = new Dictionary<string, object?>
        {
            ["iss"] = _options.Issuer,
            ["aud"] = new[] { "x", _options.Audience },
            ["sub"] = Guid.NewGuid(),
            ["exp"] = _clock.GetUtcNow().ToUnixTimeSeconds() + 60,
        };
        Tokens().Read(Make("""{"alg":"HS256","kid":"k"}""", JsonSerializer.Serialize(good))).ShouldNotBeNull();
        if (claims != "")
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, object?>>(claims)!)
                good[name] = value;
        Tokens().Read(Make(header != "" ? header : """{"alg":"HS256","kid":"k"}""", JsonSerializer.Serialize(good))).ShouldBeNull(what);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("e30.e30.")]
    [InlineData("[].[].[]")]
    [InlineData("bm90IGpzb24.bm90IGpzb24.AAAA")]
    public void Garbage_is_refused_quietly(string token) => Tokens().Read(token).ShouldBeNull();

    [Fact]
    public void Another_spelling_of_the_same_bytes_is_refused()
    {
        var token = Tokens().Issue(Guid.NewGuid(), "ann", 1, []);
        Tokens().Read(token + "=").ShouldBeNull();
        Tokens().Read(" " + token).ShouldBeNull();
        // The last character of 32 bytes carries two bits that mean nothing.
        var last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".IndexOf(token[^1]);
        Tokens().Read(token[..^1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]).ShouldBeNull();
        Tokens().Read(new string('a', 100_000)).ShouldBeNull();
    }

    private AccessTokens Tokens() => new(new KeyRing([new HmacKey("k", Secret)]), _options, _clock);

    private static string Make(string header, string claims)
    {
        var text = $"{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(text)))}";
    }

    private static byte[] Base64(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
