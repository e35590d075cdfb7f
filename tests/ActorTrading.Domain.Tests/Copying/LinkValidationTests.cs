using System.Collections.Immutable;
using System.Text.Json;

namespace ActorTrading.Domain.Tests.Copying;

public class LinkValidationTests
{
    private static readonly LinkSettings Good = new() { LeaderAccountId = DeterministicId.FromNumbers(1, 1), FollowerAccountId = DeterministicId.FromNumbers(1, 2) };

    private static void ShouldFail(LinkSettings link, string field, string code) =>
        LinkValidation.Validate(link).ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Field.ShouldBe(field), e => e.Code.ShouldBe(code));

    [Fact]
    public void The_defaults_are_fine() => LinkValidation.Validate(Good).ShouldBeEmpty();

    [Fact]
    public void Each_bad_field_is_named()
    {
        ShouldFail(Good with { LeaderAccountId = Guid.Empty }, "leaderAccountId", "REQUIRED");
        ShouldFail(Good with { FollowerAccountId = Good.LeaderAccountId }, "followerAccountId", "SAME_ACCOUNT");
        ShouldFail(Good with { Sizing = new() { Mode = SizingMode.FixedVolume } }, "sizing.value", "REQUIRED");
        ShouldFail(Good with { Sizing = new() { Mode = SizingMode.FixedRisk, Value = 2m } }, "sizing.value", "OUT_OF_RANGE");
        ShouldFail(Good with { Sizing = new() { Multiplier = 0m } }, "sizing.multiplier", "OUT_OF_RANGE");
        ShouldFail(Good with { Sizing = new() { Mode = (SizingMode)77 } }, "sizing.mode", "UNKNOWN_VALUE");
        ShouldFail(Good with { Sizing = new() { MaxRiskCoefficient = 0.5m } }, "sizing.maxRiskCoefficient", "OUT_OF_RANGE");
        ShouldFail(Good with { Sizing = new() { Mode = SizingMode.Expression } }, "sizing.expression", "REQUIRED");
        ShouldFail(Good with { Sizing = null! }, "sizing", "REQUIRED");
        ShouldFail(Good with { Timing = null! }, "timing", "REQUIRED");
        ShouldFail(Good with { AllowedSides = [] }, "allowedSides", "OUT_OF_RANGE");
        ShouldFail(Good with { RiskLimits = [new RiskLimit()] }, "riskLimits[0]", "REQUIRED");
        ShouldFail(Good with { RiskLimits = [null!] }, "riskLimits[0]", "REQUIRED");
        ShouldFail(Good with { SymbolFilter = new([null!], null) }, "symbolFilter.include", "INVALID_SYMBOL");
        ShouldFail(Good with { SymbolMapping = ImmutableDictionary<string, string>.Empty.Add("A", null!) }, "symbolMapping", "INVALID_SYMBOL");
        ShouldFail(Good with { EquityStop = new(EquityStopType.Fixed, 0m) }, "equityStop.amount", "OUT_OF_RANGE");
        ShouldFail(Good with { EquityStop = new(null, 5m) }, "equityStop.type", "REQUIRED");
        ShouldFail(Good with { DrawdownFilter = new(null, 0.1m) }, "drawdownFilter.action", "REQUIRED");
        ShouldFail(Good with { SymbolMapping = ImmutableDictionary<string, string>.Empty.Add("A", "X").Add("B", "X") }, "symbolMapping", "DUPLICATE");
        ShouldFail(Good with { EquityCurveFilter = new(20, "MN1") }, "equityCurveFilter.timeframe", "UNKNOWN_TIMEFRAME");
        ShouldFail(Good with { Timing = new() { SignalDelay = new(10m, 5m) } }, "timing.signalDelay.maxSeconds", "OUT_OF_RANGE");
    }

    [Theory]
    [InlineData("balance +", "At character 10: it ends too early.")]
    [InlineData("blance", null)]
    [InlineData("min(1)", null)]
    [InlineData("1 ? 2", "At character 6: ':' is missing after '?'.")]
    [InlineData("(((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))", null)]
    [InlineData("1; drop", "At character 2: ';' is not expected.")]
    public void A_bad_expression_is_told_with_its_place(string expression, string? message)
    {
        var error = LinkValidation.Validate(Good with { Sizing = new() { Mode = SizingMode.Expression, Expression = expression } }).ShouldHaveSingleItem();
        error.Code.ShouldBe("INVALID_EXPRESSION");
        if (message is not null)
            error.Message.ShouldBe(message);
    }

    [Fact]
    public void Json_has_the_names_of_the_api_and_defaults_for_what_is_left_out()
    {
        var link = JsonSerializer.Deserialize<LinkSettings>("""
            {"leaderAccountId":"00000000-0000-8001-8000-000000000001","followerAccountId":"00000000-0000-8001-8000-000000000002",
             "sizing":{"mode":"fixedVolume","value":0.10},"reverse":true,"symbolMapping":{"EURUSD":"EURUSD.m"},
             "allowedSides":["buy"],"riskLimits":[{"type":"weekToDate","applyTo":"balanceMinusEquity","maxRelativeRisk":0.05,"closePositions":true}],
             "equityStop":{"type":"trailing","amount":500},"slippageGuard":{"maxPips":3}}
            """, DomainJson.Options)!;
        LinkValidation.Validate(link).ShouldBeEmpty();
        link.Sizing.ShouldBe(new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.10m });
        link.SymbolMapping!["EURUSD"].ShouldBe("EURUSD.m");
        link.RiskLimits![0].Type.ShouldBe(RiskPeriod.WeekToDate);
        link.SlippageGuard!.Action.ShouldBe(SlippageAction.Ignore);
        link.Timing.LifetimeHours.ShouldBe(2160m);
        var again = JsonSerializer.Deserialize<LinkSettings>(JsonSerializer.Serialize(link, DomainJson.Options), DomainJson.Options)!;
        JsonSerializer.Serialize(again, DomainJson.Options).ShouldBe(JsonSerializer.Serialize(link, DomainJson.Options));
    }
}
