using System.Net;
using System.Net.Sockets;

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
}
