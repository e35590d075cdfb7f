using System.Net;

namespace ActorTrading.Grains.Tests.Outbox;

public sealed class WebhookAddressTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.1", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("198.51.100.7", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::127.0.0.1", false)]
    // No IPv6 at all: tunnels and translations lead from it into private networks.
    [InlineData("2001:4860:4860::8888", false)]
    public void Only_public_IPv4_is_called(string address, bool isPublic) => WebhookClient.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("https://hooks.example.com/a?b=c")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("https://hooks.example.com:443/")]
    public void Right_addresses(string url) => Strict().Problem(url).ShouldBeNull();

    [Theory]
    [InlineData("ftp://example.com/", "no http or https")]
    [InlineData("file:///etc/passwd", "no http or https")]
    [InlineData("example.com/hook", "no http or https")]
    [InlineData("https://example.com:8443/", "Port 8443")]
    [InlineData("http://example.com:22/", "Port 22")]
    [InlineData("https://user:secret@example.com/", "user or password")]
    [InlineData("http://127.0.0.1/", "not a public address")]
    [InlineData("http://[::1]/", "not a public address")]
    [InlineData("http://[::ffff:10.0.0.1]/", "not a public address")]
    [InlineData("http://169.254.169.254/latest/meta-data", "not a public address")]
    // Other spellings of 127.0.0.1.
    [InlineData("http://2130706433/", "not a public address")]
    [InlineData("http://0x7f.1/", "not a public address")]
    public void Wrong_addresses_are_named(string url, string problem) => Strict().Problem(url).ShouldNotBeNull().ShouldContain(problem);

    [Fact]
    public void An_installation_of_its_own_users_may_call_anywhere() =>
        new WebhookClient(new WebhookSettings(AllowPrivate: true)).Problem("http://127.0.0.1:5000/").ShouldBeNull();

    private static WebhookClient Strict() => new(new WebhookSettings(AllowPrivate: false));
}
