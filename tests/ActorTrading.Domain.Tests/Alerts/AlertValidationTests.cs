namespace ActorTrading.Domain.Tests.Alerts;

public class AlertValidationTests
{
    private static readonly DateTimeOffset Now = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly AlertDefinition Good = new() { Symbol = "EURUSD", Condition = AlertCondition.CrossingUp, Value = 1.3950m };

    private static void ShouldFail(AlertDefinition alert, string field, string code) =>
        AlertValidation.Validate(alert, Now).ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Field.ShouldBe(field), e => e.Code.ShouldBe(code));

    [Theory]
    [InlineData("http://127.0.0.1:9000/", true)]
    [InlineData("http://[::1]:9000/", true)]
    [InlineData("https://hooks.local:8443/a", true)]
    [InlineData("ftp://127.0.0.1/", false)]
    [InlineData("http://user:pass@127.0.0.1/", false)]
    public void Where_private_addresses_are_allowed_a_webhook_may_have_any_address_and_port(string url, bool good) =>
        AlertValidation.Validate(Good with { WebhookUrl = url }, Now, allowPrivate: true).Count.ShouldBe(good ? 0 : 1);

    [Fact]
    public void A_plain_alert_is_fine() => AlertValidation.Validate(Good, Now).ShouldBeEmpty();

    [Fact]
    public void Each_bad_field_is_named()
    {
        ShouldFail(Good with { Symbol = "" }, "symbol", "INVALID_SYMBOL");
        ShouldFail(Good with { Condition = (AlertCondition)99 }, "condition", "UNKNOWN_CONDITION");
        ShouldFail(Good with { Value = 0 }, "value", "OUT_OF_RANGE");
        ShouldFail(Good with { Value2 = 2m }, "value2", "NOT_USED");
        ShouldFail(Good with { Condition = AlertCondition.InsideChannel }, "value2", "REQUIRED");
        ShouldFail(Good with { Condition = AlertCondition.InsideChannel, Value2 = 1m }, "value2", "OUT_OF_RANGE");
        ShouldFail(Good with { Condition = AlertCondition.MovingUp }, "timeframe", "REQUIRED");
        ShouldFail(Good with { Trigger = AlertTrigger.OncePerBar }, "timeframe", "REQUIRED");
        ShouldFail(Good with { Timeframe = "M7" }, "timeframe", "UNKNOWN_TIMEFRAME");
        ShouldFail(Good with { BarsBack = 0 }, "barsBack", "OUT_OF_RANGE");
        ShouldFail(Good with { Condition = AlertCondition.MovingDownPct, Value = 100m, Timeframe = "H1" }, "value", "OUT_OF_RANGE");
        ShouldFail(Good with { ExpiresAt = Now }, "expiresAt", "EXPIRED");
        ShouldFail(Good with { Message = "{{prise}}" }, "message", "UNKNOWN_PLACEHOLDER");
        ShouldFail(Good with { Message = new string('x', 4001) }, "message", "TOO_LONG");
        ShouldFail(Good with { Channels = [AlertChannel.Webhook] }, "webhookUrl", "REQUIRED");
        ShouldFail(Good with { Channels = [AlertChannel.App, AlertChannel.App] }, "channels", "DUPLICATE");
    }

    [Theory]
    [InlineData("https://example.com/hook", true)]
    [InlineData("http://93.184.216.34/hook", true)]
    [InlineData("ftp://example.com", false)]
    [InlineData("https://example.com:8443/", false)]
    [InlineData("https://user:secret@example.com/", false)]
    [InlineData("http://localhost/", false)]
    [InlineData("http://127.0.0.1/", false)]
    [InlineData("http://0x7f000001/", false)]
    [InlineData("http://10.1.2.3/", false)]
    [InlineData("http://169.254.169.254/latest", false)]
    [InlineData("http://[::1]/", false)]
    [InlineData("nonsense", false)]
    public void A_webhook_goes_to_a_public_web_address(string url, bool good) =>
        AlertValidation.Validate(Good with { WebhookUrl = url }, Now).Count.ShouldBe(good ? 0 : 1);
}
