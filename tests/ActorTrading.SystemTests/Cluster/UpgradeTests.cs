using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ActorTrading.SystemTests;

/// <summary>
/// From another build to this one and back, one process at a time, while trading goes on. The database is made by the other build, and migrated by
/// the first process of this one.
/// </summary>
[Collection(nameof(Server))]
public sealed partial class UpgradeTests(Server server, ITestOutputHelper output)
{
    [OtherReleaseFact]
    public async Task Silos_then_the_api_are_upgraded_and_rolled_back_the_other_way_round_and_no_order_fails()
    {
        await using var roll = await Roll.StartAsync(server);
        await roll.FailingNoOrderAsync(async () =>
        {
            foreach (var silo in roll.Cluster.Names)
            {
                await roll.ToThisAsync(silo);
            }
        });
        await roll.ToThisAsync(TestCluster.Gateway);
        await roll.ToOtherAsync(TestCluster.Gateway);
        await roll.FailingNoOrderAsync(async () =>
        {
            foreach (var silo in roll.Cluster.Names)
            {
                await roll.ToOtherAsync(silo);
            }
        });
        await AuditAsync(roll);

        // What two builds that do not understand each other would say.
        roll.Cluster.Said().Where(line => Misunderstanding().IsMatch(line)).ShouldBeEmpty();
    }

    [OtherReleaseFact]
    public async Task An_api_that_is_upgraded_before_the_silos_is_ready_when_they_are_and_loses_nothing_and_doubles_nothing()
    {
        await using var roll = await Roll.StartAsync(server);
        await roll.ToThisAsync(TestCluster.Gateway, waitForTrades: false);
        foreach (var silo in roll.Cluster.Names)
        {
            await roll.ToThisAsync(silo);
        }

        await roll.Cluster.Api.ReadyAsync();
        await AuditAsync(roll);
    }

    private async Task AuditAsync(Roll roll)
    {
        await roll.AuditAsync();
        output.WriteLine($"{roll.Placed} orders that were asked for once, {roll.Rounds} rounds of mirrored trading");
        foreach (var (source, count) in roll.Cluster.Said().Select(line => Complaint().Match(line)).Where(m => m.Success).CountBy(m => $"{m.Groups[1]} {m.Groups[2]}").OrderByDescending(c => c.Value))
        {
            output.WriteLine($"{count,6} {source}");
        }
    }

    [GeneratedRegex(@" (WRN|ERR|FTL) ([^:]+):")]
    private static partial Regex Complaint();

    [GeneratedRegex(@"CodecNotFoundException|WireType|(Serializer|Field|Json|MissingMethod|TypeLoad|Migration)\w*Exception|migrated by a newer")]
    private static partial Regex Misunderstanding();

    /// <summary>A cluster that began with the other build, and what trades on it.</summary>
    private sealed class Roll : IAsyncDisposable
    {
        private readonly ClusterStage _stage;
        private readonly StrictTraders _traders;
        private readonly DirectoryInfo _releases;
        private readonly CancellationTokenSource _enough = new();
        private readonly Task<int> _mirrored;

        private Roll(ClusterStage stage, StrictTraders traders, DirectoryInfo releases)
        {
            (_stage, _traders, _releases) = (stage, traders, releases);
            _mirrored = stage.Trading.TradeAsync(() => Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System), _enough.Token);
        }

        public TestCluster Cluster => _stage.Cluster;

        public int Placed { get; private set; }

        public int Rounds { get; private set; }

        public static async Task<Roll> StartAsync(Server server)
        {
            var releases = Directory.CreateTempSubdirectory("actortrading-releases-");
            var stage = await ClusterStage.OpenAsync(server, OtherReleaseFactAttribute.Folder, "--releases", releases.FullName);
            return new Roll(stage, await stage.TradersAsync(8), releases);
        }

        /// <param name="waitForTrades">Until the two builds have traded with each other; not where there may be no silo that the API can ask.</param>
        public async Task ToThisAsync(string member, bool waitForTrades = true)
        {
            Directory.CreateSymbolicLink(Path.Combine(_releases.FullName, member), SiloProcess.Folder);
            await RestartAsync(member);
            if (waitForTrades)
            {
                await _stage.Trading.RoundsAsync(3);
            }
        }

        public async Task ToOtherAsync(string member)
        {
            Directory.Delete(Path.Combine(_releases.FullName, member));
            await RestartAsync(member);
            await _stage.Trading.RoundsAsync(3);
        }

        /// <summary>Meanwhile traders ask for orders, each once, and get what they ask for.</summary>
        public async Task FailingNoOrderAsync(Func<Task> meanwhile)
        {
            using var enough = new CancellationTokenSource();
            var trading = _traders.TradeAsync(enough.Token);
            await meanwhile();
            await enough.CancelAsync();
            var placed = await Patience.WithinAsync(trading, Cluster.Api.Tail);
            placed.ShouldAllBe(count => count > 0);
            Placed += placed.Sum();
        }

        public async Task AuditAsync()
        {
            await _enough.CancelAsync();
            Rounds = await Patience.WithinAsync(_mirrored, Cluster.Api.Tail);
            await _stage.Trading.AuditAsync(_stage.Database);
        }

        public async ValueTask DisposeAsync()
        {
            await _enough.CancelAsync();
            await ((Task)_mirrored).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _stage.DisposeAsync();
            _releases.Delete(recursive: true);
            _enough.Dispose();
        }

        private Task RestartAsync(string member)
        {
            Cluster.Terminate(member);
            return Cluster.RunningAsync(member);
        }
    }
}
