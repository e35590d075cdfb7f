using System.Net;
using ActorTrading.Silo;
using Microsoft.Extensions.Configuration;

namespace ActorTrading.SystemTests.Cluster;

public sealed class ClusterSettingsTests
{
    /// <summary>A silo that says it is at an IPv6 address and listens on IPv4 alone is reached by nobody.</summary>
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("10.1.2.3", "0.0.0.0")]
    [InlineData("fd00::12", "::")]
    public void A_silo_listens_where_it_says_that_it_is(string address, string listensAt) =>
        ClusterSettings.From(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Cluster:Address", (string?)address)]).Build())
            .ListensAt.ShouldBe(IPAddress.Parse(listensAt));
}
