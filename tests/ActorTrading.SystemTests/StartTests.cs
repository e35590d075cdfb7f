using System.Net;
using System.Net.Sockets;
using ActorTrading.Silo;
using Microsoft.Extensions.Configuration;

namespace ActorTrading.SystemTests;

/// <summary>What an operator sees when the program cannot start.</summary>
public sealed class StartTests
{
    /// <summary>Nothing listens there: asked for, it is said to be away.</summary>
    private const string NoDatabase = "Host=127.0.0.1;Port=1;Database=none;Username=none;Password=none;Timeout=2";

    [Fact]
    public async Task A_port_that_is_in_use_is_said_in_one_line_before_anything_else_is_started()
    {
        await using var silo = new SiloProcess(NoDatabase);
        using var other = new TcpListener(IPAddress.Loopback, silo.Port);
        other.Start();

        (await silo.RunToEndAsync()).ShouldBe(1);
        silo.Output.ShouldHaveSingleItem().ShouldBe($"error: Port {silo.Port} is in use by another program. Stop that, or choose another port with --port.");
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_said_in_one_line()
    {
        await using var silo = new SiloProcess(NoDatabase);
        (await silo.RunToEndAsync()).ShouldBe(1);
        silo.Output.ShouldHaveSingleItem().ShouldStartWith("error: ");
    }

    [Theory]
    [InlineData("", "names no host")]
    [InlineData("Database=actortrading", "names no host")]
    [InlineData("postgres://db/actortrading", "is no connection string")]
    [InlineData("Hst=db;Password=secret", "is no connection string")]
    public async Task A_connection_string_that_names_no_server_is_said_in_one_line_and_not_shown(string connectionString, string why)
    {
        await using var silo = new SiloProcess(connectionString);
        (await silo.RunToEndAsync()).ShouldBe(1);
        silo.Output.ShouldHaveSingleItem().ShouldStartWith($"error: ConnectionStrings:Postgres {why}: it must be like 'Host=");
        silo.Output[0].ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public void A_number_that_cannot_be_meant_is_named(string value) =>
        Should.Throw<StartupException>(() => Numbers.Of(Settings("Terminals:OpeningsWaitingMax", value), "Terminals:OpeningsWaitingMax", 200, 0, int.MaxValue)).Message
            .ShouldBe($"Terminals:OpeningsWaitingMax is '{value}': it must be a whole number from 0 to 2147483647.");

    [Theory]
    [InlineData("0", 0)]
    [InlineData("", 200)]
    public void A_number_that_is_not_given_is_the_default(string value, int number) => Numbers.Of(Settings("Terminals:OpeningsWaitingMax", value), "Terminals:OpeningsWaitingMax", 200, 0, 1000).ShouldBe(number);

    private static IConfiguration Settings(string name, string value) => new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(name, (string?)value)]).Build();

    [Theory]
    [InlineData("Webhooks__Key", "CHANGE-ME", "error: Webhooks:Key must be 16 random bytes or more in base64. Make one with 'openssl rand -base64 32'.")]
    [InlineData("Webhooks__Key", "", "error: Webhooks:Key must be 16 random bytes or more in base64. Make one with 'openssl rand -base64 32'.")]
    [InlineData("Secrets__Keys", "CHANGE-ME", "error: Secrets:Keys: Key 1 of the key ring does not begin with its number, 1 to 65535, and a colon.")]
    public async Task A_key_that_is_none_is_said_in_one_line_with_the_name_of_its_setting(string setting, string value, string answer)
    {
        await using var silo = new SiloProcess(NoDatabase, new Dictionary<string, string> { [setting] = value });
        (await silo.RunToEndAsync()).ShouldBe(1);
        silo.Output.ShouldHaveSingleItem().ShouldBe(answer);
    }

    /// <summary>The database takes the connection and says nothing.</summary>
    [Fact]
    public async Task Told_to_stop_while_it_starts_it_stops_and_reports_no_error()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var silo = new SiloProcess($"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Database=none;Username=none;Password=none;Timeout=600");
        var asked = silent.AcceptTcpClientAsync();
        var ended = silo.RunToEndAsync();
        using var connection = await asked.WaitAsync(Patience.Max, TimeProvider.System);
        await silo.StopAsync();
        (await ended).ShouldBe(0);
        silo.Output.ShouldHaveSingleItem().ShouldBe("Stopped.");
    }

    [Fact]
    public void Keys_that_several_make_at_once_are_the_same_for_all()
    {
        var folder = Directory.CreateTempSubdirectory("actortrading-keys-");
        var made = new string?[16];
        var all = new Barrier(made.Length);
        var threads = Enumerable.Range(0, made.Length).Select(i => new Thread(() =>
        {
            all.SignalAndWait();
            made[i] = LocalKeys.Load(folder.FullName)["Webhooks:Key"];
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        made.Distinct().ShouldHaveSingleItem().ShouldNotBeNull();
        folder.GetFiles().ShouldHaveSingleItem();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    public void A_file_that_holds_no_keys_is_named(string text)
    {
        var folder = Directory.CreateTempSubdirectory("actortrading-keys-");
        var file = Path.Combine(folder.FullName, "keys.json");
        File.WriteAllText(file, text);
        Should.Throw<InvalidDataException>(() => LocalKeys.Load(folder.FullName)).Message.ShouldStartWith($"{file} does not hold the keys");
        folder.Delete(recursive: true);
    }
}
