using System.Text.RegularExpressions;

namespace ActorTrading.SystemTests.Deployment;

public sealed partial class ScriptTests
{
    /// <summary>
    /// With <c>pipefail</c> a program whose reader has gone counts as failed, now and then: so an installed libzmq was not found and was installed
    /// once more, which needs a network.
    /// </summary>
    [Fact]
    public void No_pipe_of_the_scripts_ends_in_a_reader_that_stops_early()
    {
        var scripts = new[] { "run", "test", "bench" }.Select(name => Path.Combine(DeployFiles.Root, name)).Append(DeployFiles.In("local", "setup.sh")).ToList();
        scripts.SelectMany(File.ReadLines).Where(line => StopsEarly().IsMatch(line)).ShouldBeEmpty();
    }

    [GeneratedRegex(@"^[^#]*\|\s*(grep\s+(-\w*q|--quiet|-m)|head\b|sed\s+-n\s+\S*q)")]
    private static partial Regex StopsEarly();
}
