using ActorTrading.Domain;
using ActorTrading.Postgres;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Symbols;

/// <summary>A user changes an alert while its firing is on its way.</summary>
public sealed class AlertChangeTests
{
    private static readonly AlertDefinition Crossing = new() { Condition = AlertCondition.CrossingUp, Value = 1.10m, Trigger = AlertTrigger.Once };

    [Fact]
    public async Task A_changed_alert_is_neither_lost_to_the_firing_of_its_former_definition_nor_loses_it()
    {
        await using var stage = SymbolStage.Open();
        var alert = FireLate(stage, Crossing);
        Change(stage, alert with { Value = 1.15m }, active: true);
        stage.Alerts.Firings.ShouldBeEmpty();
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Alerts.Firings.ShouldHaveSingleItem().Level.ShouldBe(1.10m);
        var (definition, state) = stage.Alerts.All[alert.Id];
        (definition.Value, state.Status, state.FireCount).ShouldBe((1.15m, AlertStatus.Active, 1));

        stage.Quote(1.16m);
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Alerts.Firings.Select(f => (f.Sequence, f.Level)).ShouldBe([(1, 1.10m), (2, 1.15m)]);
        stage.Alerts.All[alert.Id].State.Status.ShouldBe(AlertStatus.Fired);
    }

    [Fact]
    public async Task Both_definitions_fire_before_either_firing_has_arrived_and_both_are_recorded()
    {
        await using var stage = SymbolStage.Open();
        var alert = FireLate(stage, Crossing);
        Change(stage, alert with { Value = 1.15m }, active: true);
        stage.Quote(1.16m);
        stage.Wait(TimeSpan.FromSeconds(30));
        stage.Alerts.Firings.Select(f => (f.Sequence, f.Level)).ShouldBe([(1, 1.10m), (2, 1.15m)]);
        stage.Alerts.All[alert.Id].State.Status.ShouldBe(AlertStatus.Fired);
    }

    [Fact]
    public async Task A_paused_alert_is_not_revived_by_a_firing_that_was_on_its_way()
    {
        await using var stage = SymbolStage.Open();
        var alert = FireLate(stage, Crossing with { Trigger = AlertTrigger.EveryTime });
        Change(stage, alert, active: false);
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Alerts.Firings.Count.ShouldBe(1);
        stage.Alerts.All[alert.Id].State.Status.ShouldBe(AlertStatus.Paused);

        // Switched on again it counts on, and begins without a sample before the switch.
        Change(stage, alert, active: true);
        stage.Quote(1.08m);
        stage.Quote(1.11m);
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Alerts.Firings.Select(f => f.Sequence).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task An_alert_that_could_not_be_deleted_or_moved_to_another_symbol_fires_as_it_is()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.08m);
        var alert = stage.Make(Crossing);
        stage.StoreFaults.Refused = 1;
        Should.Throw<StoreUnavailableException>(() => stage.Host.Run(() => stage.Alert(alert.Id).DeleteAsync()));
        Should.Throw<StoreUnavailableException>(() => Change(stage, alert with { Symbol = "GBPUSD" }, active: true));
        stage.StoreFaults.None();
        stage.Quote(1.11m);
        stage.Write();
        stage.Alerts.Firings.ShouldHaveSingleItem().Level.ShouldBe(1.10m);
    }

    [Fact]
    public async Task An_alert_that_was_stored_although_its_maker_was_told_of_a_failure_fires()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.08m);
        stage.StoreFaults.LostAnswers = 1;
        Should.Throw<StoreUnavailableException>(() => stage.Make(Crossing));
        stage.StoreFaults.None();
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Quote(1.11m);
        stage.Write();
        stage.Alerts.Firings.ShouldHaveSingleItem().Level.ShouldBe(1.10m);
    }

    [Fact]
    public async Task A_change_that_was_stored_although_its_maker_was_told_of_a_failure_counts()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.08m);
        var alert = stage.Make(Crossing);
        stage.StoreFaults.LostAnswers = 1;
        Should.Throw<StoreUnavailableException>(() => Change(stage, alert with { Value = 1.15m }, active: true));
        stage.StoreFaults.None();
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Quote(1.11m);
        stage.Quote(1.16m);
        stage.Write();
        stage.Alerts.Firings.ShouldHaveSingleItem().Level.ShouldBe(1.15m);
    }

    [Fact]
    public async Task A_change_of_a_version_that_is_not_the_present_one_any_more_changes_nothing()
    {
        await using var stage = SymbolStage.Open();
        var alert = stage.Make(Crossing);
        stage.Host.Run(() => stage.Alert(alert.Id).UpdateAsync(alert with { Value = 1.15m }, active: true)).ShouldNotBeNull();
        stage.Host.Run(() => stage.Alert(alert.Id).UpdateAsync(alert with { Message = "late" }, active: true)).ShouldBeNull();
        stage.Alerts.All[alert.Id].Definition.ShouldSatisfyAllConditions(d => d.Value.ShouldBe(1.15m), d => d.Message.ShouldBe(alert.Message));
    }

    [Fact]
    public async Task A_change_that_was_lost_leaves_the_alert_as_it_was()
    {
        await using var stage = SymbolStage.Open();
        stage.Quote(1.08m);
        var alert = stage.Make(Crossing);
        stage.StoreFaults.LostWrites = 1;
        Should.Throw<StoreUnavailableException>(() => Change(stage, alert with { Value = 1.15m }, active: true));
        stage.StoreFaults.None();
        stage.Quote(1.11m);
        stage.Wait(TimeSpan.FromSeconds(10));
        stage.Quote(1.09m);
        stage.Quote(1.16m);
        stage.Write();
        stage.Alerts.Firings.ShouldHaveSingleItem().Level.ShouldBe(1.10m);
    }

    /// <summary>An alert that has fired at its symbol; its firings take five seconds to arrive.</summary>
    private static AlertDefinition FireLate(SymbolStage stage, AlertDefinition alert)
    {
        stage.Quote(1.08m);
        alert = stage.Make(alert);
        stage.Host.Faults.OnCall = call => call.Method.StartsWith("IAlertGrain.OnFired", StringComparison.Ordinal) ? CallFault.Late(TimeSpan.FromSeconds(5)) : CallFault.None;
        stage.Quote(1.11m);
        return alert;
    }

    private static void Change(SymbolStage stage, AlertDefinition changed, bool active)
    {
        changed = changed with { Version = stage.Alerts.All[changed.Id].Definition.Version };
        stage.Host.Run(() => stage.Alert(changed.Id).UpdateAsync(changed, active)).ShouldNotBeNull();
    }
}
