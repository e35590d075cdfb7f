using System.Security.Cryptography;

namespace ActorTrading.Postgres;

/// <summary>A file that only its owner may read and that is made once.</summary>
public static class SecretFile
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
        try
        {
            File.Move(making, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(making);
        }
    }
}
