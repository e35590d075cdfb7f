namespace Orleans.Embedded.Tests.Surface;

/// <summary>
/// Holds what the embedded host declares in Orleans's namespaces against the genuine Microsoft.Orleans.Core.Abstractions
/// of the version in Directory.Packages.props, as metadata: nothing may be there that Orleans does not have.
/// </summary>
public class SurfaceTests
{
    private static readonly Dictionary<string, HashSet<string>> Genuine =
        PublicSurface.Of(Path.Combine(AppContext.BaseDirectory, "genuine", "Orleans.Core.Abstractions.dll"));

    private static readonly Dictionary<string, HashSet<string>> Embedded = PublicSurface.Of(typeof(IGrain).Assembly.Location)
        .Where(type => !type.Key.StartsWith("Orleans.Embedded.", StringComparison.Ordinal))
        .ToDictionary(type => type.Key, type => type.Value);

    public static TheoryData<string> Comparable => [.. Embedded.Keys.Except(Elsewhere.Types).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Comparable))]
    public void A_type_has_nothing_that_the_genuine_one_has_not(string type)
    {
        Genuine.ShouldContainKey(type);
        Embedded[type].Except(Genuine[type]).ShouldBeEmpty();
    }

    /// <summary>Applications implement these, so a member that is missing here would be missing in their classes.</summary>
    [Theory]
    [InlineData("Orleans.IGrainBase", "get_GrainContext,OnActivateAsync,OnDeactivateAsync")]
    [InlineData("Orleans.IIncomingGrainCallFilter", "Invoke")]
    [InlineData("Orleans.IOutgoingGrainCallFilter", "Invoke")]
    [InlineData("Orleans.ILifecycleObserver", "OnStart,OnStop")]
    [InlineData("Orleans.ILifecycleParticipant`1", "Participate")]
    [InlineData("Orleans.Runtime.IAddressable", "")]
    [InlineData("Orleans.IGrainObserver", "")]
    public void An_interface_that_applications_implement_is_complete(string type, string members)
    {
        Methods(Genuine[type]).ShouldBe(members.Split(',', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true);
        Embedded[type].ShouldBe(Genuine[type], ignoreOrder: true);
    }

    [Fact]
    public void What_is_listed_as_being_elsewhere_exists_here_and_is_not_in_the_genuine_assembly()
    {
        Elsewhere.Types.Except(Embedded.Keys).ShouldBeEmpty();
        Elsewhere.Types.Intersect(Genuine.Keys).ShouldBeEmpty();
    }

    private static IEnumerable<string> Methods(IEnumerable<string> lines) =>
        lines.Where(line => line.StartsWith("method: ", StringComparison.Ordinal)).Select(line => line.Split('(')[0].Split(' ')[^1]);
}
