using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests.Symbols;

/// <summary>Alerts that end with the clock, whatever the market does.</summary>
public sealed class AlertExpiryTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task An_alert_whose_time_is_over_is_expired_though_no_quote_comes_near_it()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.08m);
        var alert = stage.Make(new AlertDefinition { Condition = AlertCondition.CrossingUp, Value = 1.10m, ExpiresAt = stage.Now + Hour });
        stage.Wait(Hour - TimeSpan.FromMinutes(1));
        stage.Alerts.All[alert.Id].State.Status.ShouldBe(AlertStatus.Active);
        stage.Wait(TimeSpan.FromMinutes(2));
        stage.Alerts.All[alert.Id].State.Status.ShouldBe(AlertStatus.Expired);
        stage.Quote(1.11m);
        stage.Write();
        stage.Alerts.Firings.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_alert_that_is_given_more_time_is_not_expired_at_its_former_end_and_one_that_ended_meanwhile_is_after_the_start()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.08m);
        var longer = stage.Make(new AlertDefinition { Condition = AlertCondition.CrossingUp, Value = 1.10m, ExpiresAt = stage.Now + Hour });
        var ended = stage.Make(new AlertDefinition { Condition = AlertCondition.CrossingUp, Value = 1.10m, ExpiresAt = stage.Now + 3 * Hour });
        stage.Host.Run(() => stage.Alert(longer.Id).UpdateAsync(longer with { ExpiresAt = stage.Now + 10 * Hour }, true));
        stage.Wait(2 * Hour);
        stage.Alerts.All[longer.Id].State.Status.ShouldBe(AlertStatus.Active);
        stage.StoreFaults.Refused = 1;
        stage.Wait(2 * Hour);
        stage.StoreFaults.None();
        stage.Crash();
        stage.Write();
        stage.Alerts.All[ended.Id].State.Status.ShouldBe(AlertStatus.Expired);
        stage.Quote(1.11m);
        stage.Write();
        stage.Alerts.Firings.ShouldHaveSingleItem().AlertId.ShouldBe(longer.Id);
    }
}
