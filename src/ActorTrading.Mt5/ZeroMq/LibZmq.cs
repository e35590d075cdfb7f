using System.Reflection;
using System.Runtime.InteropServices;

namespace ActorTrading.Mt5.ZeroMq;

/// <summary>The functions of libzmq 4.x that this project calls, and nothing else.</summary>
internal static unsafe partial class LibZmq
{
    private const string Name = "libzmq";

    /// <summary>libzmq gives its own error numbers from here upwards, on every platform.</summary>
    private const int Hausnumero = 156_384_712;
    public const int Eintr = 4;
    public const int Efsm = Hausnumero + 51;
    public const int Eterm = Hausnumero + 53;
    public static int Eagain => OperatingSystem.IsMacOS() ? 35 : 11;

    static LibZmq() => NativeLibrary.SetDllImportResolver(typeof(LibZmq).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Name ? LibZmqLocator.Load() : 0;

    /// <summary>
    /// The error of the call just made. The runtime keeps errno for us, because a garbage collection between two calls may
    /// change it; on Windows libzmq's errno belongs to its own C runtime and must be asked for.
    /// </summary>
    public static int LastError() => OperatingSystem.IsWindows() ? zmq_errno() : Marshal.GetLastPInvokeError();

    public static string Describe(int error) => Marshal.PtrToStringUTF8((nint)zmq_strerror(error)) ?? $"error {error}";

    [LibraryImport(Name)]
    private static partial int zmq_errno();

    [LibraryImport(Name)]
    private static partial byte* zmq_strerror(int error);

    [LibraryImport(Name)]
    public static partial void zmq_version(out int major, out int minor, out int patch);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int zmq_has(string capability);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint zmq_ctx_new();

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_ctx_set(nint context, int option, int value);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_ctx_shutdown(nint context);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_ctx_term(nint context);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint zmq_socket(nint context, int type);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_close(nint socket);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_setsockopt(nint socket, int option, void* value, nuint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_getsockopt(nint socket, int option, void* value, nuint* length);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int zmq_bind(nint socket, string endpoint);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int zmq_unbind(nint socket, string endpoint);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int zmq_connect(nint socket, string endpoint);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_send(nint socket, void* data, nuint length, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_msg_init(ZmqMessage* message);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_msg_recv(ZmqMessage* message, nint socket, int flags);

    [LibraryImport(Name)]
    public static partial int zmq_msg_close(ZmqMessage* message);

    [LibraryImport(Name)]
    public static partial void* zmq_msg_data(ZmqMessage* message);

    [LibraryImport(Name)]
    public static partial nuint zmq_msg_size(ZmqMessage* message);

    [LibraryImport(Name)]
    public static partial int zmq_msg_more(ZmqMessage* message);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_poll(void* items, int count, CLong timeoutMs);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int zmq_socket_monitor(nint socket, string? endpoint, int events);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int zmq_curve_keypair(byte* publicKey, byte* secretKey);
}

/// <summary>libzmq's <c>zmq_msg_t</c>: 64 opaque bytes, aligned like a pointer.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct ZmqMessage
{
    private nint _opaque;
}
