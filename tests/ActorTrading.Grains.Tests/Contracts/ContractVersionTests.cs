using System.Reflection;
using ActorTrading.Contracts;
using Orleans;
using Orleans.CodeGeneration;

namespace ActorTrading.Grains.Tests.Contracts;

/// <summary>
/// Two versions of the program run side by side while silos are rolled. <c>Released.txt</c> holds the contracts as they were last released;
/// with each release it is written anew: <c>RECORD_CONTRACTS=1 dotnet test tests/ActorTrading.Grains.Tests --filter Contracts</c>.
/// </summary>
public class ContractVersionTests
{
    private static readonly Assembly ContractsAssembly = typeof(IAccountGrain).Assembly;

    [Fact]
    public void Every_contract_has_a_version_and_names_of_its_own_on_the_wire()
    {
        foreach (var contract in ContractsAssembly.GetTypes().Where(ContractSurface.IsContract))
        {
            ContractSurface.AliasOf(contract).ShouldNotBeNull($"{contract.Name} has no [Alias].");
            contract.GetMethods().ShouldAllBe(method => ContractSurface.AliasOf(method) != null, $"A method of {contract.Name} has no [Alias].");
            if (!typeof(IGrainObserver).IsAssignableFrom(contract))
            {
                (contract.GetCustomAttribute<VersionAttribute>()?.Version ?? 0).ShouldBeGreaterThan((ushort)0, $"{contract.Name} has no [Version(1)]: Orleans would send its calls to silos that do not know it.");
            }
        }
    }

    [Fact]
    public void The_contracts_can_run_beside_the_released_ones()
    {
        var current = ContractSurface.Of(ContractsAssembly);
        if (Environment.GetEnvironmentVariable("RECORD_CONTRACTS") == "1")
        {
            File.WriteAllText(ReleasedPath(), ContractSurface.Write(current));
        }

        ContractRules.Problems(ContractSurface.Read(File.ReadAllText(ReleasedPath())), current).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_written_down_is_read_back()
    {
        var current = ContractSurface.Of(ContractsAssembly);
        ContractSurface.Write(ContractSurface.Read(ContractSurface.Write(current))).ShouldBe(ContractSurface.Write(current));
        current.Single(type => type.Name == "ActorTrading.ILeaderGrain").Members["WaitDecided"].ShouldBe("(Int64) Task");
        current.Single(type => type.Name == "ActorTrading.CopyAck").Members["2"].ShouldBe("Nullable<DateTimeOffset>");
    }

    [Theory]
    [InlineData("I version 1\n  A () Task\n", null)]
    [InlineData("I version 2\n  A () Task\n  B (Int32) Task\n", null)]
    [InlineData("I version 1\n  A () Task\n  B (Int32) Task\n", "I: B is new, and silos of the released version do not have it. Raise [Version(1)] to 2.")]
    [InlineData("I version 2\n  A (Int32) Task\n", "I: A was () Task and is (Int32) Task, which the released version cannot read. Leave it, and add another beside it.")]
    [InlineData("I version 2\n", "I: A () Task is gone, and the released version still uses it. Keep it for one version more.")]
    [InlineData("I version 0\n  A () Task\n", "I: [Version(0)] is less than the released 1. Versions only grow.")]
    [InlineData("", "I is gone or has another alias, and the released version still uses it. Keep it for one version more.")]
    public void A_change_of_a_grain_interface_is_judged(string now, string? problem) => Judge("I version 1\n  A () Task\n", now, problem);

    [Theory]
    [InlineData("M\n  0 Int32\n  1 String\n", null)]
    [InlineData("M\n  0 Int64\n", "M: 0 was Int32 and is Int64, which the released version cannot read. Leave it, and add another beside it.")]
    [InlineData("M\n  1 Int32\n", "M: 0 Int32 is gone, and the released version still uses it. Keep it for one version more.")]
    public void A_change_of_a_message_is_judged(string now, string? problem) => Judge("M\n  0 Int32\n", now, problem);

    [Theory]
    [InlineData("O\n  A () Void\n  B () Void\n", "O: B is new, and observers of the released version do not have it. Release the method before anything calls it.")]
    public void A_change_of_an_observer_is_judged(string now, string? problem) => Judge("O\n  A () Void\n", now, problem);

    private static void Judge(string released, string now, string? problem) =>
        ContractRules.Problems(ContractSurface.Read(released), ContractSurface.Read(now)).ShouldBe(problem is null ? [] : [problem]);

    private static string ReleasedPath()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No ActorTrading.sln above {AppContext.BaseDirectory}.");
        }

        return Path.Combine(folder.FullName, "tests", "ActorTrading.Grains.Tests", "Contracts", "Released.txt");
    }
}
