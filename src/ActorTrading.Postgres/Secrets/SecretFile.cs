using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ActorTrading.Postgres;

/// <summary>A file that only its owner may read and that is made once.</summary>
public static partial class SecretFile
{
    /// <summary>Makes it where there is none. Under its name it is whole from the first moment on, whoever is killed or makes it at the same time: the first one's content stays.</summary>
    public static void MakeOnce(string path, Func<byte[]> content)
    {
        if (File.Exists(path)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var making = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        using (var file = new FileStream(making, options))
        {
            file.Write(content());
            file.Flush(flushToDisk: true);
        }
        Name(making, path);
    }

    /// <summary>
    /// Gives a file its name unless that is taken. <see cref="File.Move(string, string)"/> looks whether it is and then renames, over whatever has come
    /// in between; a second name for the file is refused by the system itself.
    /// </summary>
    private static void Name(string made, string path)
    {
        if (OperatingSystem.IsWindows() || (Link(made, path) != 0 && Marshal.GetLastPInvokeError() != NameTaken))
        {
            // Also where the file system knows no second names.
            try
            {
                File.Move(made, path);
                return;
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another was first.
            }
        }
        File.Delete(made);
    }

    /// <summary>EEXIST, on Linux and macOS.</summary>
    private const int NameTaken = 17;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
