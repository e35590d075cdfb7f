namespace ActorTrading.Mt5.ZeroMq;

/// <summary>The native ZeroMQ library is not installed; the message says how to install it.</summary>
public sealed class ZmqLibraryMissingException : Exception
{
    internal ZmqLibraryMissingException(IReadOnlyList<string> tried)
        : base($"The ZeroMQ library was not found (tried {string.Join(", ", tried)}). {Instruction} " +
            $"A library elsewhere can be named in {LibZmqLocator.PathVariable}.") { }

    private static string Instruction =>
        OperatingSystem.IsWindows() ? "Put libzmq.dll (4.3 or newer) beside the program, for example from 'vcpkg install zeromq', and start again."
        : OperatingSystem.IsMacOS() ? "Install it with 'brew install zeromq' and start again."
        : "Install it with 'apt-get install libzmq5' (Debian, Ubuntu), 'dnf install zeromq' (Fedora) or 'apk add libzmq' (Alpine) and start again.";
}
