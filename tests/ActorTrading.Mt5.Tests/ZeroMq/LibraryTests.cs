using ActorTrading.Mt5.ZeroMq;

namespace ActorTrading.Mt5.Tests.ZeroMq;

public sealed class LibraryTests
{
    [Fact]
    public void The_installed_library_is_found() => ZmqContext.EnsureLibrary().Major.ShouldBe(4);

    [Fact]
    public void A_missing_library_is_told_with_what_to_do()
    {
        var error = Should.Throw<ZmqLibraryMissingException>(() => LibZmqLocator.Load(["libnosuchzmq.so.5"]));
        error.Message.ShouldContain("libnosuchzmq.so.5");
        error.Message.ShouldContain(OperatingSystem.IsLinux() ? "apt-get install libzmq5" : "Install");
    }

    [Fact]
    public void A_port_in_use_is_told_by_its_address()
    {
        using var context = new ZmqContext();
        using var first = context.CreateSocket(ZmqSocketType.Rep);
        first.Bind("tcp://127.0.0.1:*");
        using var second = context.CreateSocket(ZmqSocketType.Rep);
        Should.Throw<ZmqException>(() => second.Bind(first.LastEndpoint)).Message.ShouldContain(first.LastEndpoint);
    }

    [Fact]
    public void A_context_with_an_open_socket_is_not_disposed_but_says_so()
    {
        var context = new ZmqContext();
        using (context.CreateSocket(ZmqSocketType.Pair))
            Should.Throw<InvalidOperationException>(context.Dispose);
        context.Dispose();
    }

    [Fact]
    public void A_wake_up_is_never_lost()
    {
        using var context = new ZmqContext();
        using var wake = new ZmqWakeUp(context);
        using var poller = new ZmqPoller(wake.Receiver);
        var announced = 0;
        const int Signals = 20_000;
        var signalling = new Thread(() =>
        {
            for (var i = 0; i < Signals; i++)
            {
                Interlocked.Increment(ref announced);
                wake.Signal();
            }
        });
        signalling.Start();
        // Ends only if every announcement is followed by a wake-up; a lost one would leave this waiting.
        for (var seen = 0; seen < Signals; seen = Volatile.Read(ref announced))
        {
            poller.Wait((int)TestLimits.Hang.TotalMilliseconds).ShouldBeTrue();
            wake.Reset();
        }
        signalling.Join();
    }

    [Fact]
    public async Task A_terminal_behind_a_key_is_reached_with_it_and_not_without()
    {
        if (!ZmqContext.SupportsCurve)
            return; // this libzmq was built without encryption
        var keys = ZmqCurveKeys.Generate();
        await using var terminal = new ScriptedTerminal(keys: keys);
        await using var client = new Mt5TerminalClient(terminal.Options with { CurveServerKey = keys.PublicKey }, new RecordedEvents());
        client.Start();
        await terminal.Welcome();
        await client.WaitUntilOnlineAsync().OrHang();

        var events = new RecordedEvents();
        await using var stranger = new Mt5TerminalClient(terminal.Options, events);
        stranger.Start();
        await events.Until(TerminalConnectionState.Connecting, "security");
        stranger.State.ShouldBe(TerminalConnectionState.Connecting);
        keys.ToString().ShouldNotContain(keys.SecretKey);
    }
}
