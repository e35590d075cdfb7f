using System.Text.Json;

namespace ActorTrading.Domain.Tests.Copying;

/// <summary>Money that a follower moves in or out is neither a loss nor a gain of what it copies.</summary>
public class CopyTransferTests
{
    private readonly CopyScene _scene = new(instruments: InstrumentCatalog.All.Select(i => i with { CommissionPerLot = 0m }));

    [Theory]
    [InlineData(RiskMeasure.BalanceDifference, BalanceReason.Withdrawal)]
    [InlineData(RiskMeasure.BalanceMinusEquity, BalanceReason.Withdrawal)]
    [InlineData(RiskMeasure.EquityDifference, BalanceReason.Withdrawal)]
    [InlineData(RiskMeasure.BalanceDifference, BalanceReason.Correction)]
    public void A_withdrawal_does_not_stop_a_link(RiskMeasure measure, BalanceReason reason)
    {
        var link = Follow(measure, 300m);
        Watch(link).Stopped.ShouldBeFalse();
        link.Follower.Do(new AdjustBalance(-2_000m, reason, "rent")).Accepted.ShouldBeTrue();
        Watch(link).Stopped.ShouldBeFalse();
        Lose(link, 0.0029m).Stopped.ShouldBeFalse();
        Lose(link, 0.0030m).ShouldSatisfyAllConditions(p => p.Stopped.ShouldBeTrue(), p => p.Detail!.ShouldEndWith("lost 300 of 8000"));
    }

    [Theory]
    [InlineData(RiskMeasure.BalanceDifference)]
    [InlineData(RiskMeasure.BalanceMinusEquity)]
    [InlineData(RiskMeasure.EquityDifference)]
    public void A_deposit_does_not_hide_a_loss(RiskMeasure measure)
    {
        var link = Follow(measure, 300m);
        Watch(link);
        link.Follower.Do(new AdjustBalance(5_000m, BalanceReason.Deposit, "wages")).Accepted.ShouldBeTrue();
        Lose(link, 0.0030m).Stopped.ShouldBeTrue();
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(-5_000)]
    public void Credit_given_or_taken_is_no_gain_and_no_loss(int amount)
    {
        var link = Follow(RiskMeasure.EquityDifference, 300m);
        link.Follower.Do(new AdjustBalance(6_000m, BalanceReason.Credit, "bonus")).Accepted.ShouldBeTrue();
        Watch(link);
        link.Follower.Do(new AdjustBalance(amount, BalanceReason.Credit, "bonus")).Accepted.ShouldBeTrue();
        Watch(link).Stopped.ShouldBeFalse();
        Lose(link, 0.0030m).Stopped.ShouldBeTrue();
    }

    [Fact]
    public void A_relative_limit_is_of_what_the_account_would_have_begun_with()
    {
        var link = Follow(RiskMeasure.EquityDifference, null, 0.05m);
        Watch(link);
        link.Follower.Do(new AdjustBalance(10_000m, BalanceReason.Deposit, "wages")).Accepted.ShouldBeTrue();
        Lose(link, 0.0099m).Stopped.ShouldBeFalse("990 of 20,000 are less than a twentieth");
        Lose(link, 0.0100m).Stopped.ShouldBeTrue();
    }

    [Fact]
    public void Commissions_are_a_loss()
    {
        var link = Follow(RiskMeasure.BalanceDifference, 300m);
        Watch(link);
        link.Follower.Append([new BalanceAdjusted(-300m, BalanceReason.Commission, "broker")]);
        Watch(link).Stopped.ShouldBeTrue();
    }

    [Fact]
    public void Samples_of_a_version_that_did_not_note_transfers_count_as_if_nothing_had_been_moved()
    {
        var link = Follow(RiskMeasure.EquityDifference, 300m);
        Watch(link);
        var old = link.Risk.Samples.Select(s => new RiskSample(s.At, s.Balance, s.Equity));
        link.Risk = link.Risk with { Samples = [.. old] };
        Lose(link, 0.0029m).Stopped.ShouldBeFalse("the opening deposit is no gain");
        Lose(link, 0.0030m).Stopped.ShouldBeTrue();
    }

    [Fact]
    public void A_risk_state_read_anew_is_the_same_so_that_it_is_not_written_again()
    {
        var link = Follow(RiskMeasure.EquityDifference, 300m);
        Watch(link);
        link.Risk.Samples.ShouldNotBeEmpty();
        var read = JsonSerializer.Deserialize<LinkRiskState>(JsonSerializer.Serialize(link.Risk, DomainJson.Options), DomainJson.Options)!;
        read.ShouldBe(link.Risk);
        read.GetHashCode().ShouldBe(link.Risk.GetHashCode());
        (read with { Samples = [] }).ShouldNotBe(link.Risk);
        foreach (var changed in (LinkRiskState[])[read with { StopReason = "X" }, read with { StopDetail = "x" }, read with { StoppedUntil = CopyScene.Start }, read with { Closes = true },
            read with { StopSequence = 7 }, read with { Since = null }, read with { Baseline = 1m }, read with { PeakProfit = 1m }, read with { AtStop = default(RiskSample) }])
            changed.ShouldNotBe(link.Risk);
        typeof(LinkRiskState).GetProperties().Count(p => p.CanWrite).ShouldBe(10, "each of them is compared above");
    }

    private Link Follow(RiskMeasure measure, decimal? amount, decimal? part = null)
    {
        var limit = new RiskLimit { Type = RiskPeriod.Date, ApplyTo = measure, MaxAbsoluteRisk = amount, MaxRelativeRisk = part };
        return _scene.Follow(new LinkSettings { Sizing = new() { Mode = SizingMode.None }, RiskLimits = [limit] });
    }

    /// <summary>A look after one lot bought at 1.1000 was sold that much lower; the loss is given back then.</summary>
    private CopyWatchPlan Lose(Link link, decimal distance)
    {
        _scene.Quote("EURUSD", 1.1000m, 1.1000m);
        var id = link.Follower.Open(Side.Buy, 1m);
        _scene.Quote("EURUSD", 1.1000m - distance, 1.1000m - distance);
        link.Follower.Close(id).Accepted.ShouldBeTrue();
        var plan = Watch(link);
        link.Follower.Append([new BalanceAdjusted(distance * 100_000m, BalanceReason.Fee, "back")]);
        return plan;
    }

    private CopyWatchPlan Watch(Link link)
    {
        var plan = CopyWatch.Check(_scene.LookAt(link));
        link.Risk = plan.Risk;
        return plan;
    }
}
