namespace ActorTrading.Postgres.Private;

/// <summary>Where an installed PostgreSQL keeps its programs.</summary>
public static class PostgresBinaries
{
    private const int OldestSupported = 13;

    /// <summary>
    /// The folder with <c>initdb</c> and <c>postgres</c>: <c>PG_BIN</c> if set, else the newest installed version, else PATH.
    /// Null where none is installed.
    /// </summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PG_BIN") is { Length: > 0 } chosen)
            return Holds(chosen) ? chosen : throw new PrivatePostgresException($"PG_BIN is '{chosen}', but there is no initdb and postgres in it.");

        return Versioned().FirstOrDefault(Holds)
            ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).FirstOrDefault(Holds);
    }

    /// <summary>As <see cref="Find"/>, or an error that says how to install it.</summary>
    public static string Require() => Find() ?? throw new PrivatePostgresException(
        "PostgreSQL is not installed. Debian and Ubuntu: 'apt-get install postgresql'. Fedora: 'dnf install postgresql-server'. " +
        "macOS: 'brew install postgresql@17'. Or set PG_BIN to the folder that holds initdb, or ConnectionStrings__Postgres to use a server.");

    private static IEnumerable<string> Versioned()
    {
        string[] roots = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/local/pgsql"];
        var versions = roots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Concat(Directory.Exists("/usr") ? Directory.EnumerateDirectories("/usr", "pgsql-*") : [])
            .Select(folder => (folder, version: VersionOf(Path.GetFileName(folder))))
            .Where(candidate => candidate.version >= OldestSupported)
            .OrderByDescending(candidate => candidate.version);
        return versions.Select(candidate => Path.Combine(candidate.folder, "bin"));
    }

    private static int VersionOf(string name) =>
        int.TryParse(name.Split('@', '-')[^1].Split('.')[0], out var version) ? version : 0;

    private static bool Holds(string folder) =>
        folder.Length > 0 && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));
}
