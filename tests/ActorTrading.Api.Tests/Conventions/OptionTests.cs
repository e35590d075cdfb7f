using ActorTrading.Api.Limits;
using Microsoft.Extensions.Configuration;

namespace ActorTrading.Api.Tests.Conventions;

/// <summary>A setting that cannot be meant is named at the start.</summary>
public class OptionTests
{
    [Theory]
    [InlineData("Auth:AccessTokenLifetime", "-00:01:00")]
    [InlineData("Auth:AccessTokenLifetime", "15")]
    [InlineData("Auth:RefreshTokenLifetime", "00:00:00")]
    [InlineData("Auth:PasswordResetLifetime", "-1")]
    [InlineData("Auth:ClockSkew", "-00:00:30")]
    [InlineData("Auth:PasswordIterations", "0")]
    [InlineData("Auth:PasswordResetUrl", "https://app.example.com/reset")]
    [InlineData("Limits:Requests:Burst", "-1")]
    [InlineData("Limits:Requests:PerSecond", "0")]
    [InlineData("Limits:SignIn:Burst", "-20")]
    [InlineData("Limits:SignIn:PerSecond", "NaN")]
    [InlineData("Limits:ConnectionsPerUser", "-1")]
    [InlineData("Limits:AlertsPerUser", "-1")]
    [InlineData("Limits:AskAgainSeconds", "-1")]
    [InlineData("Limits:BodyBytesMax", "0")]
    [InlineData("Fanout:DefaultPerSecond", "1001")]
    [InlineData("Fanout:LogCapacity", "0")]
    [InlineData("Fanout:GatherMin", "-00:00:01")]
    [InlineData("Fanout:GatherMax", "00:00:00.001")]
    [InlineData("Cors:Origins", "*", ":0")]
    [InlineData("Cors:Origins", "https://app.example.com/", ":0")]
    [InlineData("Cors:Origins", "app.example.com", ":0")]
    public void What_cannot_be_meant_is_named(string setting, string value, string index = "") =>
        Should.Throw<InvalidOperationException>(() => From((setting + index, value))).Message.ShouldStartWith($"{setting} is '");

    [Fact]
    public void A_token_key_that_is_none_is_named_and_not_shown() =>
        Should.Throw<InvalidOperationException>(() => From(("Auth:Keys:0:Kid", "1"), ("Auth:Keys:0:Secret", "CHANGE-ME"))).Message
            .ShouldBe("Auth:Keys '1': the secret is not what HS256 needs (FormatException).");

    [Fact]
    public void Two_token_keys_of_one_name_are_refused()
    {
        var secret = Convert.ToBase64String(new byte[32]);
        Should.Throw<InvalidOperationException>(() => From(("Auth:Keys:0:Kid", "1"), ("Auth:Keys:0:Secret", secret), ("Auth:Keys:1:Kid", "1"), ("Auth:Keys:1:Secret", secret)))
            .Message.ShouldStartWith("Auth:Keys:*:Kid is '1'");
    }

    [Fact]
    public void The_defaults_and_a_lifted_limit_hold() =>
        From(("Limits:SignIn:Burst", "0"), ("Limits:SignIn:PerSecond", "0"), ("Cors:Origins:0", "https://app.example.com"), ("Cors:Origins:1", "http://localhost:5173"))
            .Limits.SignIn.Burst.ShouldBe(0);

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.4)]
    [InlineData(12)]
    [InlineData(15)]
    [InlineData(100)]
    public void A_bucket_refills_at_the_rate_that_was_asked_for(double perSecond)
    {
        var (tokens, period) = TokenBuckets.Refill(perSecond);
        (tokens / period.TotalSeconds).ShouldBe(perSecond, perSecond * 0.001);
        period.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.1));
    }

    private static ApiOptions From(params (string Name, string Value)[] settings) =>
        ApiOptions.From(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build());
}
