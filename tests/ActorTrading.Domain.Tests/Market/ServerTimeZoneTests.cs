namespace ActorTrading.Domain.Tests.Market;

public class ServerTimeZoneTests
{
    [Fact]
    public void New_York_close_is_seven_hours_after_New_York_in_every_hour_of_thirty_years()
    {
        var (server, newYork) = (ServerTimeZone.Find(ServerTimeZone.NewYorkClose), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        for (var hour = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero); hour.Year < 2030; hour = hour.AddHours(1))
            server.GetUtcOffset(hour).ShouldBe(newYork.GetUtcOffset(hour) + TimeSpan.FromHours(7), $"{hour:O}");
    }

    [Theory]
    [InlineData("Europe/Athens", true)]
    [InlineData("UTC", true)]
    [InlineData("NewYorkClose", true)]
    [InlineData("", false)]
    [InlineData("EET+1", false)]
    [InlineData("../zoneinfo/UTC", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("Mars/Olympus", false)]
    public void A_name_is_known_or_not(string name, bool known) => ServerTimeZone.TryFind(name, out _).ShouldBe(known);
}
