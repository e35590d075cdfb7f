using ActorTrading.Contracts;
using ActorTrading.Domain;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Simulation;

/// <summary>A link is removed when nothing of it is left, and stopped until it is reset.</summary>
public sealed class LinkEndTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_removal_that_closes_everything_at_once_is_complete_at_once()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseImmediately);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_removal_that_a_frozen_market_holds_up_goes_on_until_nothing_is_left()
    {
        await using var simulation = CopySimulation.Open(BrokerSettings.Default with { QuoteAgeMax = TimeSpan.FromMinutes(1) });
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await simulation.PassAsync(TimeSpan.FromMinutes(2));
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseImmediately);
            (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);
            simulation.Links.All[link].ShouldSatisfyAllConditions(
                l => l.Ending!.Removed.ShouldBeFalse(), l => l.Active.ShouldBeTrue(), l => l.Settings.CloseOnly.ShouldBe(CloseOnlyMode.Immediately));

            await simulation.QuoteAsync();
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_removal_of_which_the_leader_has_not_heard_goes_on_as_well()
    {
        await using var simulation = CopySimulation.Open(BrokerSettings.Default with { QuoteAgeMax = TimeSpan.FromMinutes(1) });
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await simulation.PassAsync(TimeSpan.FromMinutes(2));
            simulation.Host.Faults.OnCall = call =>
                call.Method.StartsWith("ILeaderGrain.LinkChanged", StringComparison.Ordinal) ? CallFault.Failing(new TimeoutException()) : CallFault.None;
            await Should.ThrowAsync<TimeoutException>(Link(simulation, link).RemoveAsync(RemovalMode.CloseImmediately));
            simulation.Host.Faults.None();

            await simulation.QuoteAsync();
            await simulation.PassAsync(TimeSpan.FromSeconds(50));
            await simulation.QuoteAsync();
            await simulation.PassAsync(TimeSpan.FromSeconds(50));
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_graceful_removal_is_complete_when_the_leader_has_closed()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyByPosition);
            await simulation.PassAsync(TimeSpan.FromMinutes(3));
            (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);
            simulation.Links.All[link].Ending!.Removed.ShouldBeFalse();

            var leader = simulation.Account(simulation.Leader);
            var position = (await leader.GetStateAsync()).Positions.Values.ShouldHaveSingleItem();
            await leader.ClosePositionAsync(TradingHost.Close(position.Id));
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_graceful_removal_is_complete_when_the_user_has_closed_the_rest_by_hand()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyBySymbol);
            await follower.ClosePositionAsync(TradingHost.Close((await follower.GetStateAsync()).Positions.Keys.Single()));
            await simulation.PassAsync(TimeSpan.FromMinutes(2));
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_graceful_removal_of_a_link_that_holds_nothing_is_complete_at_once()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, _) = await simulation.FollowAsync();
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyByPosition);
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task While_a_link_is_being_removed_a_harder_mode_takes_over_and_a_softer_one_does_not()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyByPosition);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyBySymbol);
            simulation.Links.All[link].Settings.CloseOnly.ShouldBe(CloseOnlyMode.ByPosition);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseImmediately);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_removal_under_way_that_shall_preserve_leaves_what_is_open_and_is_complete()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyByPosition);
            await Link(simulation, link).RemoveAsync(RemovalMode.Preserve);
            await simulation.PassAsync(TimeSpan.FromMinutes(3));
            (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData(RemovalMode.CloseImmediately)]
    [InlineData(RemovalMode.CloseGracefullyByPosition)]
    [InlineData(RemovalMode.Preserve)]
    public async Task An_offer_that_arrives_behind_a_removal_opens_nothing(RemovalMode mode)
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            // Something is open, so that a graceful removal goes on.
            var (link, follower) = await BoughtAsync(simulation);
            var before = (await follower.GetStateAsync()).Positions.Keys.ToList();
            simulation.Host.Faults.OnCall = call => call.Method.StartsWith("IFollowerLinkGrain.Offer", StringComparison.Ordinal)
                && call.Target.Key.ToString()!.Contains(link.ToString("N"), StringComparison.Ordinal) ? CallFault.Late(TimeSpan.FromSeconds(2)) : CallFault.None;
            await simulation.BuyAsync();
            await Link(simulation, link).RemoveAsync(mode);
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.Keys.Except(before).ShouldBeEmpty();
        });
    }

    [Theory]
    [InlineData(RemovalMode.CloseImmediately)]
    [InlineData(RemovalMode.Preserve)]
    public async Task A_link_that_does_not_know_of_its_end_copies_and_closes_nothing_after_it(RemovalMode mode)
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(mode);
            var left = (await follower.GetStateAsync()).Positions.Keys.ToList();
            left.Count.ShouldBe(mode == RemovalMode.Preserve ? 1 : 0);
            await simulation.BuyAsync();

            // As the activation of a silo that was given up would ask.
            var settings = simulation.Links.All[link].Settings with { CloseOnly = CloseOnlyMode.None };
            var entries = simulation.Ledger.EntriesOf(simulation.Leader);
            var stretch = new LeaderStretch(AccountState.Empty, [.. entries], entries[^1].At);
            var id = (await follower.GetStateAsync()).AccountId;
            (await follower.CopyAsync(new CopyOffer(link, new LeaderOffer(id, settings, LinkRiskState.Empty, stretch)))).Busy.ShouldBeFalse();
            await follower.WatchLinkAsync(new LinkWatch(link, id, settings with { CloseOnly = CloseOnlyMode.Immediately }, LinkRiskState.Empty, null));
            (await follower.GetStateAsync()).Positions.Keys.ShouldBe(left);

            // Once, however often it is removed; and it is nobody's decision about an entry.
            await Link(simulation, link).RemoveAsync(mode);
            simulation.Ledger.EntriesOf(id).Count(e => e.Event is CopyDecided { LeaderSeq: CopyDecided.EndSeq }).ShouldBe(1);
            simulation.Ledger.Accounts[id].Copies.ShouldAllBe(c => c.Decided.LeaderSeq <= entries.Count);
        });
    }

    [Fact]
    public async Task A_stopped_link_tells_its_user_once_and_goes_on_after_a_reset()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            // The spread alone is more.
            var (link, follower) = await simulation.FollowAsync(s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 1m) });
            await simulation.PassAsync(Moment);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            simulation.Links.All[link].Risk.StopReason.ShouldBe(CopyReasons.EquityStop);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.Stops.ShouldHaveSingleItem().ShouldContain(CopyReasons.EquityStop);
            (await LastAsync()).Outcome.ShouldBe(CopyOutcome.Copied);

            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            (await LastAsync()).Reason.ShouldBe(CopyReasons.LinkStopped);

            (await Link(simulation, link).ResetAsync()).ShouldBeTrue();
            simulation.Links.All[link].Risk.ShouldSatisfyAllConditions(r => r.StopReason.ShouldBeNull(), r => r.StopSequence.ShouldBe(1));
            await simulation.PassAsync(Moment);
            simulation.Links.Stops.Count.ShouldBe(1);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            (await LastAsync()).Outcome.ShouldBe(CopyOutcome.Copied);
            simulation.Links.Stops.Count.ShouldBe(2);

            await Link(simulation, link).RemoveAsync(RemovalMode.CloseImmediately);
            (await Link(simulation, link).ResetAsync()).ShouldBeFalse();

            async Task<CopyDecided> LastAsync() => simulation.Ledger.EntriesOf((await follower.GetStateAsync()).AccountId).Select(e => e.Event).OfType<CopyDecided>().Last(d => d.LinkId == link);
        });
    }

    [Fact]
    public async Task A_paused_link_opens_nothing_and_closes_with_its_leader()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            var held = (await follower.GetStateAsync()).Positions.Keys.Single();
            await simulation.PauseAsync(link, true);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.Keys.ShouldBe([held]);

            // What was opened meanwhile is not entered afterwards, however young it is.
            await simulation.PauseAsync(link, false);
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.Keys.ShouldBe([held]);

            await simulation.PauseAsync(link, true);
            var leader = simulation.Account(simulation.Leader);
            foreach (var position in (await leader.GetStateAsync()).Positions.Keys)
            {
                (await leader.ClosePositionAsync(TradingHost.Close(position))).Accepted.ShouldBeTrue();
            }

            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            await simulation.PauseAsync(link, false);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);
        });
    }

    [Fact]
    public async Task The_equity_stop_of_a_paused_link_closes_what_it_holds()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await simulation.FollowAsync(s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 10_000m) });
            await simulation.PassAsync(Moment);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);
            await simulation.PauseAsync(link, true);
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);

            // The spread alone is more.
            await simulation.ChangeAsync(link, s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 1m) });
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            simulation.Links.All[link].Risk.StopReason.ShouldBe(CopyReasons.EquityStop);
        });
    }

    [Fact]
    public async Task A_copy_that_rests_does_not_fill_while_its_link_is_paused()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await simulation.FollowAsync();
            await simulation.BuyAsync(limit: 1.0000m);
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Orders.Count.ShouldBe(1);
            await simulation.PauseAsync(link, true);
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Orders.ShouldBeEmpty();
        });
    }

    [Fact]
    public async Task A_link_that_is_removed_by_symbol_keeps_the_orders_that_rest_in_a_symbol_that_it_holds()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await BoughtAsync(simulation);
            await Link(simulation, link).RemoveAsync(RemovalMode.CloseGracefullyBySymbol);
            await simulation.BuyAsync(limit: 1.0000m);
            await simulation.PassAsync(TimeSpan.FromMinutes(3));
            (await follower.GetStateAsync()).Orders.Count.ShouldBe(1);

            var leader = simulation.Account(simulation.Leader);
            await leader.ClosePositionAsync(TradingHost.Close((await leader.GetStateAsync()).Positions.Keys.Single()));
            await simulation.PassAsync(TimeSpan.FromMinutes(3));
            (await follower.GetStateAsync()).ShouldSatisfyAllConditions(s => s.Positions.ShouldBeEmpty(), s => s.Orders.ShouldBeEmpty());
            simulation.Links.All[link].Ending!.Removed.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_change_that_was_read_before_another_does_not_take_its_place()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await simulation.FollowAsync();
            var (read, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
            simulation.Links.AfterGet = () =>
            {
                read.TrySetResult();
                return goOn.Task;
            };
            var late = simulation.Host.Client.GetGrain<ILeaderGrain>(simulation.Leader).LinkChangedAsync(link);
            await read.Task;
            simulation.Links.AfterGet = () => Task.CompletedTask;
            await simulation.PauseAsync(link, true);
            goOn.SetResult();
            await late;
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
        });
    }

    [Fact]
    public async Task A_link_whose_settings_change_during_a_look_is_looked_at_again_at_once()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await simulation.FollowAsync();
            await simulation.BuyAsync(limit: 1.0000m);
            var looks = WatchesLate(simulation, link, TimeSpan.FromSeconds(3));
            for (var second = 0; looks.Count == 0; second++)
            {
                second.ShouldBeLessThan(90);
                await simulation.PassAsync(TimeSpan.FromSeconds(1));
            }

            (await follower.GetStateAsync()).Orders.Count.ShouldBe(1);
            await simulation.PauseAsync(link, true);
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Orders.ShouldBeEmpty();
        });
    }

    [Fact]
    public async Task A_look_that_is_not_answered_holds_up_no_other_links()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (silent, _) = await simulation.FollowAsync(s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 10_000m) });
            var (link, follower) = await simulation.FollowAsync(s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 10_000m) });
            await simulation.PassAsync(Moment);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            var looks = WatchesLate(simulation, silent, TimeSpan.FromSeconds(25));
            await simulation.PassAsync(TimeSpan.FromSeconds(4));
            looks.Count.ShouldBe(1);

            // The spread alone is more.
            await simulation.ChangeAsync(link, s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 1m) });
            await simulation.PassAsync(Moment);
            (await follower.GetStateAsync()).Positions.ShouldBeEmpty();
            looks.Count.ShouldBe(1);
        });
    }

    [Fact]
    public async Task A_look_that_was_under_way_before_a_reset_does_not_stop_the_link_again()
    {
        await using var simulation = CopySimulation.Open();
        simulation.Host.Run(async () =>
        {
            var (link, follower) = await simulation.FollowAsync(s => s with { EquityStop = new EquityStop(EquityStopType.Fixed, 1m) });
            await simulation.PassAsync(Moment);
            await simulation.BuyAsync();
            await simulation.PassAsync(Moment);
            var stopped = simulation.Links.All[link];
            stopped.Risk.StopReason.ShouldNotBeNull();

            await Link(simulation, link).ResetAsync();
            var late = new LinkWatch(link, stopped.Settings.FollowerAccountId, stopped.Settings, stopped.Risk, null);
            (await Link(simulation, link).WatchAsync(late)).StopReason.ShouldBeNull();
            simulation.Links.All[link].Risk.StopReason.ShouldBeNull();
        });
    }

    private static IFollowerLinkGrain Link(CopySimulation simulation, Guid id) => simulation.Host.Client.GetGrain<IFollowerLinkGrain>(id);

    /// <summary>Looks at the link come late from now on.</summary>
    /// <returns>One item for each.</returns>
    private static List<string> WatchesLate(CopySimulation simulation, Guid link, TimeSpan by)
    {
        var looks = new List<string>();
        simulation.Host.Faults.OnCall = call =>
        {
            if (!call.Method.StartsWith("IFollowerLinkGrain.Watch", StringComparison.Ordinal) || !call.Target.Key.ToString()!.Contains(link.ToString("N"), StringComparison.Ordinal))
            {
                return CallFault.None;
            }

            looks.Add(call.Method);
            return CallFault.Late(by);
        };
        return looks;
    }

    /// <summary>A follower who holds what the leader has bought.</summary>
    private static async Task<(Guid Link, IAccountGrain Follower)> BoughtAsync(CopySimulation simulation)
    {
        var (link, follower) = await simulation.FollowAsync();
        await simulation.BuyAsync();
        await simulation.PassAsync(Moment);
        (await follower.GetStateAsync()).Positions.Count.ShouldBe(1);
        return (link, follower);
    }
}
