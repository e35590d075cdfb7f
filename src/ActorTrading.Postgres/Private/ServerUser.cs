namespace ActorTrading.Postgres.Private;

/// <summary>
/// Who runs the server's programs. PostgreSQL refuses to run as root, so root hands over to an unprivileged user; anyone else runs it himself.
/// </summary>
internal sealed class ServerUser
{
    private readonly string[] prefix;

    private ServerUser(string? name, string[] prefix) => (Name, this.prefix) = (name, prefix);

    /// <summary>The user's name; null for the user of this process.</summary>
    public string? Name { get; }

    public static ServerUser For(string folder)
    {
        if (!Environment.IsPrivilegedProcess) return new ServerUser(null, []);

        var wanted = Environment.GetEnvironmentVariable("PG_USER") is { Length: > 0 } chosen ? [chosen] : new[] { "postgres", "nobody" };
        var user = wanted.FirstOrDefault(Exists) ?? throw new PrivatePostgresException(
            $"PostgreSQL does not run as root, and there is no user {string.Join(" or ", wanted)} to run it as. Create one, or set PG_USER to one.");

        ChildProcess.Run(["chown", $"{user}:{GroupOf(user)}", folder]);
        if (Find("setpriv") is not { } setpriv)
        {
            var runuser = Find("runuser") ?? throw new PrivatePostgresException(
                "PostgreSQL does not run as root, and neither setpriv nor runuser (package util-linux) is there to run it as another user.");
            return new ServerUser(user, [runuser, "-u", user, "--"]);
        }

        string[] plain = [setpriv, $"--reuid={user}", $"--regid={GroupOf(user)}", "--clear-groups"];
        if (CanEnter(plain, folder)) return new ServerUser(user, plain);

        // The folder lies below one that only root may enter (/root, say): of root's rights the server keeps the one to search folders and read.
        string[] searching = [.. plain, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
        if (CanEnter(searching, folder)) return new ServerUser(user, searching);

        throw new PrivatePostgresException(
            $"The user '{user}', who would run PostgreSQL, may not enter '{folder}'. Choose a data folder that others may enter, or make the folders above it searchable (chmod o+x).");
    }

    public string[] Command(params string[] command) => [.. prefix, .. command];

    public void Own(string folder)
    {
        if (Name is not null) ChildProcess.Run(["chown", "-R", $"{Name}:{GroupOf(Name)}", folder]);
    }

    private static bool CanEnter(string[] prefix, string folder) =>
        ChildProcess.TryRun([.. prefix, "test", "-x", folder], out _) == 0;

    private static bool Exists(string user) => Line(user) is not null;

    private static string GroupOf(string user) => Line(user)!.Split(':')[3];

    private static string? Line(string user) =>
        File.ReadLines("/etc/passwd").FirstOrDefault(line => line.StartsWith(user + ":", StringComparison.Ordinal));

    internal static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/bin", "/sbin", "/bin"])
            .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
