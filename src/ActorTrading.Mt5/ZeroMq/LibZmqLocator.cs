using System.Runtime.InteropServices;

namespace ActorTrading.Mt5.ZeroMq;

/// <summary>Finds the system's libzmq under the names that systems give it, or where an environment variable says.</summary>
internal static class LibZmqLocator
{
    private static readonly string[] LinuxNames = ["libzmq.so.5", "libzmq.so"];
    private static readonly string[] MacNames =
        ["libzmq.5.dylib", "libzmq.dylib", "/opt/homebrew/lib/libzmq.dylib", "/usr/local/lib/libzmq.dylib"];
    private static readonly string[] WindowsNames = ["libzmq.dll", "libzmq-mt-4_3_5.dll", "libzmq-v143-mt-4_3_5.dll"];

    /// <summary>The path of the library to take, and no other.</summary>
    public const string PathVariable = "ACTORTRADING_LIBZMQ";

    public static IReadOnlyList<string> CandidateNames =>
        Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? [path]
        : OperatingSystem.IsWindows() ? WindowsNames : OperatingSystem.IsMacOS() ? MacNames : LinuxNames;

    public static nint Load() => Load(CandidateNames);

    /// <exception cref="ZmqLibraryMissingException">No candidate can be loaded.</exception>
    internal static nint Load(IReadOnlyList<string> names)
    {
        foreach (var name in names)
            if (NativeLibrary.TryLoad(name, typeof(LibZmqLocator).Assembly, DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory, out var handle))
                return handle;
        throw new ZmqLibraryMissingException(names);
    }
}
