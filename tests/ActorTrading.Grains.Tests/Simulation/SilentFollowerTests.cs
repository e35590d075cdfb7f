using ActorTrading.Domain;
using Orleans.Embedded.Simulation;

namespace ActorTrading.Grains.Tests.Simulation;

public sealed class SilentFollowerTests
{
    [Fact]
    public async Task Followers_that_do_not_answer_hold_nobody_else_up_and_follow_when_they_are_back()
    {
        await using var simulation = CopySimulation.Open();
        var links = simulation.Links.All;
        var asked = new List<Guid>();
        simulation.Host.Faults.OnCall = call =>
        {
            if (!call.Method.StartsWith("IFollowerLinkGrain.Offer", StringComparison.Ordinal))
            {
                return CallFault.None;
            }

            // Those who come first, as many as there are places.
            var link = call.Target.Key.ToString()!;
            var id = links.Keys.Single(id => link.Contains(id.ToString("N"), StringComparison.Ordinal));
            asked.Add(id);
            return asked.IndexOf(id) < links.Count / 2 ? CallFault.Late(TimeSpan.FromSeconds(25)) : CallFault.None;
        };

        var seq = 0L;
        simulation.Host.Run(async () =>
        {
            seq = (await simulation.BuyAsync()).Seq;
            await Task.Delay(TimeSpan.FromSeconds(10), simulation.Host.Clock);
        });
        Decided().ShouldBe(asked.Distinct().Skip(links.Count / 2), ignoreOrder: true);
        Decided().Count.ShouldBe(links.Count / 2);

        simulation.Host.Run(() => Task.Delay(TimeSpan.FromMinutes(2), simulation.Host.Clock));
        Decided().ShouldBe(links.Keys, ignoreOrder: true);

        List<Guid> Decided() => [.. links.Values.SelectMany(l => simulation.Ledger.EntriesOf(l.Settings.FollowerAccountId))
            .Select(e => e.Event).OfType<CopyDecided>().Where(d => d.LeaderSeq == seq).Select(d => d.LinkId)];
    }
}
