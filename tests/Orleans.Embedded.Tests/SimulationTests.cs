using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Embedded.Simulation;
using Orleans.Embedded.Storage;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Adds an amount under a unique id; the same id a second time changes nothing.</summary>
    Task Deposit(string id, int amount);

    Task<int> Balance();
}

public sealed class Deposits
{
    public Dictionary<string, int> ById { get; set; } = [];
}

public sealed class LedgerGrain([PersistentState("deposits")] IPersistentState<Deposits> deposits) : Grain, ILedgerGrain
{
    public async Task Deposit(string id, int amount)
    {
        if (!deposits.State.ById.TryAdd(id, amount))
            return;
        try
        {
            await deposits.WriteStateAsync();
        }
        catch
        {
            // What is stored is not known, so this activation must not go on with what it believes.
            DeactivateOnIdle();
            throw;
        }
    }

    public Task<int> Balance() => Task.FromResult(deposits.State.ById.Values.Sum());
}

public interface IRaceGrain : IGrainWithIntegerKey
{
    Task Race();
}

public sealed class RaceGrain(List<long> finish) : Grain, IRaceGrain
{
    public async Task Race()
    {
        await Task.Yield();
        finish.Add(this.GetPrimaryKeyLong());
    }
}

public interface IPatientGrain : IGrainWithStringKey
{
    Task<string> CallOther(string other);

    Task Wait();

    [OneWay]
    Task Tell(string other);
}

public sealed class PatientGrain : Grain, IPatientGrain
{
    public async Task<string> CallOther(string other) => await GrainFactory.GetGrain<IPatientGrain>(other).CallOther(this.GetPrimaryKeyString());

    public Task Wait() => new TaskCompletionSource().Task;

    public Task Tell(string other) => GrainFactory.GetGrain<IPatientGrain>(other).Tell(this.GetPrimaryKeyString());
}

/// <summary>The simulation: repeatable, and honest about what goes wrong in it.</summary>
public class SimulationTests
{
    private static SimulationHost Start(int seed, List<long>? finish = null, Action<EmbeddedOrleansOptions>? configure = null) => SimulationHost.Start(seed,
        options =>
        {
            options.AddGrainAssemblies(typeof(SimulationTests).Assembly).UseMemoryStorage();
            configure?.Invoke(options);
        },
        services => services.AddSingleton(finish ?? []));

    private static List<long> RaceOf(int seed, out string trace)
    {
        var finish = new List<long>();
        var host = Start(seed, finish);
        host.Run(() => Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.Client.GetGrain<IRaceGrain>(i).Race())));
        host.Strays.ShouldBe(0);
        trace = string.Join(',', host.Trace);
        return finish;
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var first = RaceOf(7, out var firstTrace);
        var again = RaceOf(7, out var againTrace);
        again.ShouldBe(first);
        againTrace.ShouldBe(firstTrace);
        Enumerable.Range(0, 10).Select(seed => string.Join(' ', RaceOf(seed, out _))).Distinct().Count().ShouldBeGreaterThan(5);
        first.Order().ShouldBe(Enumerable.Range(0, 20).Select(i => (long)i));
    }

    /// <summary>The point of it all: an effect happens once, whatever fails, because a caller that does not know asks again with the same id.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Deposits_are_made_once_whatever_goes_wrong(int seed)
    {
        SimulatedFaults? faults = null;
        var host = Start(seed, configure: options => options.AddStorage("Default", _ => new FaultyGrainStorage(new MemoryGrainStorage(),
            (operation, _, _) => faults!.Happens(0.1) ? StorageFault.Before : operation == StorageOperation.Write && faults.Happens(0.1) ? StorageFault.After : StorageFault.None)));
        faults = host.Faults;
        faults.KillChance = 0.02;
        faults.OnCall = _ => faults.Happens(0.05) ? CallFault.Lost
            : faults.Happens(0.05) ? CallFault.ReplyLost
            : faults.Happens(0.1) ? CallFault.Late(TimeSpan.FromSeconds(3))
            : CallFault.None;
        host.Run(() => Task.WhenAll(Enumerable.Range(0, 3).SelectMany(account => Enumerable.Range(0, 10).Select(i => DepositAsync(account, i)))));
        faults.None();
        faults.KillChance.ShouldBe(0);
        for (var account = 0; account < 3; account++)
        {
            var grain = host.Client.GetGrain<ILedgerGrain>($"{account}");
            host.Run(() => EventuallyAsync(grain.Balance)).ShouldBe(55, $"seed {seed}");
        }

        host.Strays.ShouldBe(0);

        Task DepositAsync(int account, int i) =>
            EventuallyAsync(async () =>
            {
                await host.Client.GetGrain<ILedgerGrain>($"{account}").Deposit($"{i}", i + 1);
                return true;
            });

        static async Task<T> EventuallyAsync<T>(Func<Task<T>> call)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await call();
                }
                catch (Exception exception) when (attempt < 100 && exception is IOException or TimeoutException or SiloUnavailableException or Orleans.Storage.InconsistentStateException)
                {
                }
            }
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Fact]
    public void A_lost_call_times_out_on_the_simulated_clock()
    {
        var host = Start(1);
        host.Faults.OnCall = call => call.Method == "ILedgerGrain.Balance" ? CallFault.Lost : CallFault.None;
        Should.Throw<TimeoutException>(() => host.Run(() => host.Client.GetGrain<ILedgerGrain>("a").Balance()));
        host.Clock.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(33));
    }

    [Fact]
    public void A_call_whose_reply_is_lost_was_carried_out()
    {
        var host = Start(1);
        var grain = host.Client.GetGrain<ILedgerGrain>("a");
        host.Faults.OnCall = _ => CallFault.ReplyLost;
        Should.Throw<TimeoutException>(() => host.Run(() => grain.Deposit("1", 5)));
        host.Faults.None();
        host.Run(grain.Balance).ShouldBe(5);
    }

    [Fact]
    public void Work_that_cannot_go_on_is_reported_with_its_seed()
    {
        var host = Start(42);
        host.Patience = TimeSpan.Zero;
        var stuck = Should.Throw<InvalidOperationException>(() => host.Run(() => host.Client.GetGrain<IPatientGrain>("x").Wait()));
        stuck.Message.ShouldBe("Seed 42: nothing can run any more and the work has not completed. Waiting: IPatientGrain.Wait of patient/x");
    }

    [Fact]
    public void A_killed_activation_fails_its_callers_and_the_next_call_gets_a_new_one()
    {
        var host = Start(1);
        var grain = host.Client.GetGrain<ILedgerGrain>("a");
        host.Run(() => grain.Deposit("1", 5));
        var waiting = host.Begin(async () =>
        {
            await host.Client.GetGrain<IPatientGrain>("x").Wait();
            return true;
        });
        host.RunUntilIdle();
        host.Kill(GrainId.Parse("patient/x")).ShouldBeTrue();
        host.RunUntilIdle();
        Should.Throw<SiloUnavailableException>(() => waiting.GetAwaiter().GetResult());
        host.Kill(GrainId.Parse("ledger/a")).ShouldBeTrue();
        host.Run(grain.Balance).ShouldBe(5);
    }

    [Fact]
    public void A_call_cycle_fails_at_once_when_cycles_are_detected()
    {
        var host = Start(1, configure: options => options.DetectCallCycles = true);
        var cycle = Should.Throw<InvalidOperationException>(() => host.Run(() => host.Client.GetGrain<IPatientGrain>("a").CallOther("b")));
        cycle.Message.ShouldStartWith("Call cycle: IPatientGrain.CallOther of patient/a -> IPatientGrain.CallOther of patient/b -> IPatientGrain.CallOther of patient/a.");
        host.Clock.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void One_way_calls_in_a_circle_are_no_cycle()
    {
        var told = 0;
        var host = Start(1, configure: options => options.DetectCallCycles = true);
        host.Faults.OnCall = _ => ++told > 10 ? CallFault.Lost : CallFault.None;
        host.Run(() => host.Client.GetGrain<IPatientGrain>("a").Tell("b"));
        host.RunUntilIdle();
        told.ShouldBe(11);
    }

    [Fact]
    public async Task A_service_that_ends_with_work_of_its_own_is_disposed()
    {
        var ended = new TaskCompletionSource();
        var host = SimulationHost.Start(1, options => options.AddGrainAssemblies(typeof(SimulationTests).Assembly).UseMemoryStorage(),
            services => services.AddSingleton(provider => new Renewing(provider.GetRequiredService<TimeProvider>(), ended)));
        host.Run(() =>
        {
            host.Services.GetRequiredService<Renewing>().Start();
            return Task.CompletedTask;
        });
        host.AdvanceTime(TimeSpan.FromSeconds(12));
        await host.DisposeAsync();
        ended.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Work_that_feeds_itself_is_given_up()
    {
        var host = Start(3);
        host.StepsMax = 1_000;
        var endless = Should.Throw<InvalidOperationException>(() => host.Run(async () =>
        {
            while (true)
                await Task.Yield();
        }));
        endless.Message.ShouldStartWith("Seed 3: the work has not completed after 1000 steps.");
    }

    /// <summary>Renews something every five seconds and waits for that to end when it is disposed, as a subscription does.</summary>
    private sealed class Renewing(TimeProvider clock, TaskCompletionSource ended) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _loop = Task.CompletedTask;

        public void Start() => _loop = LoopAsync();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
            ended.SetResult();
        }

        private async Task LoopAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), clock);
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
            }
        }
    }
}
